import type { Scope } from '../history.ts';
import { type Stretch, withinTimes } from './place.ts';
import type { Params, Reader, ScopedTables } from './reader.ts';

/** A filter by words: over deliveries, within a stretch whose parameters are those of `withinTimes`. */
export interface WordFilter {
  sql(from: ScopedTables): string;
  params: Params;
}

/** As migration 0008 indexes them. Both sides are in lower case, whether an index is there or not yet. */
const IN_EVENT = 'hasAllTokens(lower(event), lower({words:String}))';
const IN_ANSWER = 'hasAllTokens(lower(answer), lower({words:String}))';

/** Deliveries whose event says all the words, or one of whose answers, with its error, does. */
export function wordFilter(words: string, stretch: Stretch): WordFilter {
  const times = withinTimes(stretch).sql;
  return {
    sql: ({ events, answers }) => `(
      (occurred_at, event_id) IN (SELECT occurred_at, event_id FROM ${events} WHERE ${times} AND ${IN_EVENT})
      OR (occurred_at, delivery_id) IN (SELECT occurred_at, delivery_id FROM ${answers} WHERE ${times} AND ${IN_ANSWER}))`,
    params: { words },
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
  words: string,
  stretch: Stretch,
  matches: number,
): Promise<Reach> {
  const times = withinTimes(stretch);
  const { rows, rowsRead } = await reader.rowsAndCost<{ since_ms: number; matches: number }>(
    scope,
    ({ events, answers }) => {
      const reach = (table: string, condition: string) => `
        SELECT toUnixTimestamp64Milli(min(occurred_at)) AS since_ms, count() AS matches
        FROM (
          SELECT occurred_at FROM ${table} WHERE ${times.sql} AND ${condition}
          ORDER BY occurred_at DESC LIMIT {matches:UInt32}
        )`;
      return `${reach(events, IN_EVENT)} UNION ALL ${reach(answers, IN_ANSWER)}`;
    },
    { ...times.params, words, matches },
  );
  const full = rows.filter((row) => row.matches >= matches).map((row) => row.since_ms);
  return {
    sinceMs: full.length > 0 ? Math.max(...full) : undefined,
    isEmpty: rows.every((row) => row.matches === 0),
    rowsRead,
  };
}
