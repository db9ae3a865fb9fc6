import type { Scope } from '../history.ts';
import { saidIn } from '../migrations/0008-words.ts';
import type { DeliveryFilter } from './delivery-filter.ts';
import { type Span, withinTimes } from './place.ts';
import type { Params, Reader, ScopedTables } from './reader.ts';

/** Some words, in deliveries that a filter lets through. */
export interface WordQuery {
  words: string;
  filter: Pick<DeliveryFilter, 'ofEvent' | 'ofAttempt'>;
}

/** By the expression that is indexed, or no index is used. */
const IN_EVENT = `hasAllTokens(${saidIn('event')}, lowerUTF8({words:String}))`;
const IN_ANSWER = `hasAllTokens(${saidIn('answer')}, lowerUTF8({words:String}))`;

/** A filter over deliveries of a span: those whose event says all the words, or one of whose answers does. */
export function wordFilter({ words, filter }: WordQuery, span: Span) {
  const says = matchesOf(filter, span);
  return {
    sql: (from: ScopedTables) => `(
      (occurred_at, event_id) IN (SELECT occurred_at, event_id FROM ${says.inEvents(from)})
      OR (occurred_at, delivery_id) IN (SELECT occurred_at, delivery_id FROM ${says.inAnswers(from)}))`,
    params: { ...says.params, words },
  };
}

/** Where the next so many matches of some words are. */
interface Reach {
  /** Epoch milliseconds, how far back so many events, or answers, reach; undefined where there are fewer. */
  sinceMs: number | undefined;
  /** Whether there is none at all. */
  isEmpty: boolean;
  rowsRead: number;
}

/** So that a common word gathers no more than `matches` events, or answers, at once. */
export async function reachOf(
  reader: Reader,
  scope: Scope,
  { words, filter }: WordQuery,
  span: Span,
  matches: number,
): Promise<Reach> {
  const says = matchesOf(filter, span);
  const { rows, rowsRead } = await reader.rowsAndCost<{ since_ms: number; matches: number }>(
    scope,
    (from) => {
      const reach = (matching: string) => `
        SELECT toUnixTimestamp64Milli(min(occurred_at)) AS since_ms, count() AS matches
        FROM (SELECT occurred_at FROM ${matching} ORDER BY occurred_at DESC LIMIT {matches:UInt32})`;
      return `${reach(says.inEvents(from))} UNION ALL ${reach(says.inAnswers(from))}`;
    },
    { ...says.params, words, matches },
  );
  const full = rows.filter((row) => row.matches >= matches).map((row) => row.since_ms);
  return {
    sinceMs: full.length > 0 ? Math.max(...full) : undefined,
    isEmpty: rows.every((row) => row.matches === 0),
    rowsRead,
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
