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
import { settingsOf, UNORDERED } from './settings.ts';

/** Some words, in deliveries that a filter lets through. */
export interface WordQuery {
  words: string;
  filter: Pick<DeliveryFilter, 'ofEvent' | 'ofAttempt'>;
}

/** Of events, and of answers: both travel in one query. */
export const MAX_NAMED = MAX_PLACES_IN_PARAMS / 2;

/** By the expression that is indexed, or no index is used. */
const IN_EVENT = `hasAllTokens(${saidIn('event')}, lowerUTF8({words:String}))`;
const IN_ANSWER = `hasAllTokens(${saidIn('answer')}, lowerUTF8({words:String}))`;

/** Lets those deliveries through whose event says all the words, or one of whose answers does. */
export interface WordFilter {
  sql(from: ScopedTables): string;
  params: Params;
}

/** Where the next so many matches of some words are. */
export interface Reach {
  /** Epoch milliseconds, how far back so many events, or answers, reach; undefined where there are fewer. */
  sinceMs: number | undefined;
  /** As far as it reaches; undefined where they are too many to name. */
  names: Names | undefined;
  rowsRead: number;
}

/** Where events that say the words are, and deliveries whose answers do. */
export interface Names {
  events: readonly Place[];
  answers: readonly Place[];
}

interface Matching {
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
  { matches, isSparse }: { matches: number; isSparse: boolean },
): Promise<Reach> {
  const says = matchesOf(query.filter, span);
  const newest = async (id: string, matching: (from: ScopedTables) => string) => {
    const { rows, rowsRead } = await reader.rowsAndCost<Matching>(
      scope,
      (from) => `
        SELECT count() AS matches, toUnixTimestamp64Milli(min(occurred_at)) AS since_ms,
          arrayMap(${AS_PLACE}, if(matches > {named:UInt32}, [], groupUniqArray((occurred_at, id)))) AS places
        FROM (SELECT occurred_at, ${id} AS id FROM ${matching(from)} ORDER BY occurred_at DESC LIMIT {matches:UInt32})
        ${settingsOf(isSparse ? UNORDERED : {})}`,
      { ...says.params, words: query.words, matches, named: MAX_NAMED },
    );
    return { ...rows[0]!, rowsRead };
  };
  const [events, answers] = await Promise.all([
    newest('event_id', says.inEvents),
    newest('delivery_id', says.inAnswers),
  ]);
  const both = [events, answers];
  const cut = both.filter((each) => each.matches >= matches).map((each) => each.since_ms);
  const cutAtMs = cut.length > 0 ? Math.max(...cut) : undefined;
  // Of the millisecond where it was cut some may be left: they are looked for with what is older.
  const sinceMs = cutAtMs === undefined ? undefined : cutAtMs + 1;
  const isNew = ([atMs]: Place) => sinceMs === undefined || atMs >= sinceMs;
  const names = { events: events.places.filter(isNew), answers: answers.places.filter(isNew) };
  const areTooMany =
    both.some((each) => each.matches > 0 && each.places.length === 0) ||
    (sinceMs !== undefined && names.events.length + names.answers.length === 0);
  return {
    sinceMs: areTooMany ? cutAtMs : sinceMs,
    names: areTooMany ? undefined : names,
    rowsRead: events.rowsRead + answers.rowsRead,
  };
}

/** Over deliveries, by what was found; or else by the words, of which there is too much in `span` to be named. */
export function wordsFilter(query: WordQuery, span: Span, names: Names | undefined): WordFilter {
  return names ? namesFilter(names) : saidFilter(query, span);
}

export function namesFilter({ events, answers }: Names): WordFilter {
  const saying = atPlaces('event_id', 'said');
  const answered = atPlaces('delivery_id', 'answered');
  return {
    // Most words are in events only, or in answers: what is asked of both is asked twice of each row.
    sql: () =>
      answers.length === 0 ? saying : events.length === 0 ? answered : `(${saying} OR ${answered})`,
    params: { ...placeParams('said', events), ...placeParams('answered', answers) },
  };
}

function saidFilter({ words, filter }: WordQuery, span: Span): WordFilter {
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
