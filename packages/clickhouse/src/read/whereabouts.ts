import type { Scope } from '../history.ts';
import type { Conditions } from './conditions.ts';
import type { Reader } from './reader.ts';
import { AT_TIMES } from './replay-reads.ts';

/** What is on record of a delivery, or of an event, as far as it was to be delivered. */
export interface Whereabouts {
  /** When its event happened, epoch milliseconds; more than one only where it was produced with several times. */
  times: number[];
  /** Of its moments, as `2026-01-31`. */
  days: string[];
}

export const OF_DELIVERY = 'delivery_id = {id:UUID}';
export const OF_EVENT = 'event_id = {id:String}';

/**
 * Only one table is searched for an id; by the time and the days that it tells, the rows of all others are found in
 * their order. Both are empty where nothing is on record.
 */
export async function whereaboutsOf(
  reader: Reader,
  scope: Scope,
  condition: typeof OF_DELIVERY | typeof OF_EVENT,
  id: string,
): Promise<Whereabouts> {
  const [found] = await reader.rows<Whereabouts>(
    scope,
    ({ deliveries }) => `
      SELECT groupUniqArray(toUnixTimestamp64Milli(occurred_at)) AS times, groupUniqArray(day) AS days
      FROM ${deliveries}
      WHERE ${condition}`,
    { id },
  );
  return found!;
}

/** Rows whose event happened then. */
export function atTimesOf({ times }: Whereabouts): Conditions {
  return { sql: AT_TIMES, params: { times } };
}

/** Rows of these days by a column that their table is parted by. */
export function onDaysOf({ days }: Whereabouts, column: 'started_at' | 'routed_at'): Conditions {
  return { sql: `toDate(${column}) IN {days:Array(Date)}`, params: { days } };
}
