import type { Scope } from '../history.ts';
import { saidIn } from '../migrations/0008-words.ts';
import type { DeliveryFilter } from './delivery-filter.ts';
import {
  AS_PLACE,
  atPlaces,
  MAX_PLACES_IN_PARAMS,
  type Place,
  placeParams,
  type Span,
  withinTimes,
} from './place.ts';
import type { Params, Reader, ScopedTables } from './reader.ts';

/** Some words, in deliveries that a filter lets through. */
export interface WordQuery {
  words: string;
  filter: Pick<DeliveryFilter, 'ofEvent' | 'ofAttempt'>;
}

/** Of events, and of answers: both travel in one query. */
const MAX_NAMED = MAX_PLACES_IN_PARAMS / 2;

/** By the expression that is indexed, or no index is used. */
const IN_EVENT = `hasAllTokens(${saidIn('event')}, lowerUTF8({words:String}))`;
const IN_ANSWER = `hasAllTokens(${saidIn('answer')}, lowerUTF8({words:String}))`;

/** Lets those deliveries through whose event says all the words, or one of whose answers does. */
export interface WordFilter {
  sql(from: ScopedTables): string;
  params: Params;
}

/** Where the next so many matches of some words are. */
interface Reach {
  /** Epoch milliseconds, how far back so many events, or answers, reach; undefined where there are fewer. */
  sinceMs: number | undefined;
  /** Whether there is none at all. */
  isEmpty: boolean;
  /** Over deliveries of the span as far as it reaches. */
  filter: WordFilter;
  rowsRead: number;
}

interface Matching {
  source: 'events' | 'answers';
  matches: number;
  since_ms: number;
  /** Empty where there are too many to name. */
  places: Place[];
}

/**
 * So that a common word gathers no more than `matches` events, or answers, at once. What was found is named to who
 * searches on, since to look for words again costs as much again.
 */
export async function reachOf(
  reader: Reader,
  scope: Scope,
  query: WordQuery,
  span: Span,
  matches: number,
): Promise<Reach> {
  const says = matchesOf(query.filter, span);
  const { rows, rowsRead } = await reader.rowsAndCost<Matching>(
    scope,
    (from) => {
      const reach = (source: Matching['source'], id: string, matching: string) => `
        SELECT '${source}' AS source, count() AS matches, toUnixTimestamp64Milli(min(occurred_at)) AS since_ms,
          arrayMap(${AS_PLACE}, if(matches > {named:UInt32}, [], groupUniqArray((occurred_at, id)))) AS places
        FROM (SELECT occurred_at, ${id} AS id FROM ${matching} ORDER BY occurred_at DESC LIMIT {matches:UInt32})`;
      return `${reach('events', 'event_id', says.inEvents(from))}
        UNION ALL ${reach('answers', 'delivery_id', says.inAnswers(from))}`;
    },
    { ...says.params, words: query.words, matches, named: MAX_NAMED },
  );
  const cut = rows.filter((row) => row.matches >= matches).map((row) => row.since_ms);
  const cutAtMs = cut.length > 0 ? Math.max(...cut) : undefined;
  const isEmpty = rows.every((row) => row.matches === 0);
  // Of the millisecond where it was cut some may be left: they are looked for with what is older.
  const sinceMs = cutAtMs === undefined ? undefined : cutAtMs + 1;
  const named = namedIn(rows, sinceMs);
  if (named) return { sinceMs, isEmpty, filter: named, rowsRead };
  return { sinceMs: cutAtMs, isEmpty, filter: wordFilter(query, span), rowsRead };
}

/** Undefined where not all are named that the span has, or none of them is newer than `sinceMs`. */
function namedIn(rows: readonly Matching[], sinceMs: number | undefined): WordFilter | undefined {
  if (rows.some(({ matches, places }) => matches > 0 && places.length === 0)) return undefined;
  const of = (source: Matching['source']) =>
    rows
      .flatMap((row) => (row.source === source ? row.places : []))
      .filter(([atMs]) => sinceMs === undefined || atMs >= sinceMs);
  const [events, answers] = [of('events'), of('answers')];
  if (sinceMs !== undefined && events.length + answers.length === 0) return undefined;
  return {
    sql: () => `(${atPlaces('event_id', 'said')} OR ${atPlaces('delivery_id', 'answered')})`,
    params: { ...placeParams('said', events), ...placeParams('answered', answers) },
  };
}

function wordFilter({ words, filter }: WordQuery, span: Span): WordFilter {
  const says = matchesOf(filter, span);
  return {
    sql: (from) => `(
      (occurred_at, event_id) IN (SELECT occurred_at, event_id FROM ${says.inEvents(from)})
      OR (occurred_at, delivery_id) IN (SELECT occurred_at, delivery_id FROM ${says.inAnswers(from)}))`,
    params: { ...says.params, words },
  };
}

function matchesOf({ ofEvent, ofAttempt }: WordQuery['filter'], span: Span) {
  const times = withinTimes(span);
  const params: Params = { ...times.params, ...ofEvent.params, ...ofAttempt.params };
  return {
    params,
    inEvents: ({ events }: ScopedTables) => `${events} WHERE ${times.sql} AND ${ofEvent.sql} AND ${IN_EVENT}`,
    inAnswers: ({ answers }: ScopedTables) =>
      `${answers} WHERE ${times.sql} AND ${ofAttempt.sql} AND ${IN_ANSWER}`,
  };
}
