import { TOPIC_SPECS, TOPICS } from '@herald/contracts/topics';
import { DELIVERY_STATES, type DeliveryState } from '../delivery-state.ts';

/** Whom a row of ledger_sums counts: everybody, an account, or one of its endpoints. */
export type Level = 'all' | 'account' | 'endpoint';

/** What is said of an offset, and of a delivery, as bits of `marks`. A twin is counted by another entry. */
export const MARK = { event: 1, routed: 2, matched: 4, poison: 8, named: 16, twin: 32 } as const;

/** Stands in place of a delivery in the entry of an offset itself. */
const NO_DELIVERY = "toUUID('00000000-0000-0000-0000-000000000000')";

/**
 * Each offset and each delivery once, however often and in how many parts it is on record. The condition is asked of
 * the whole: one row of an offset may know its account and another not.
 * @param stretches subquery of (origin_topic, origin_partition, stretch)
 */
export function entriesIn(stretches: string, condition: string): string {
  return `(
    SELECT
      origin_topic, origin_partition, stretch, origin_offset, delivery_id,
      max(entry.account_id) AS account_id, max(entry.endpoint_id) AS endpoint_id,
      groupBitOr(entry.marks) AS marks, min(entry.first_at) AS first_at, max(entry.standing) AS standing,
      max(entry.day) AS last_day
    FROM ledger_entries AS entry
    WHERE (origin_topic, origin_partition, stretch) IN (${stretches})
    GROUP BY origin_topic, origin_partition, stretch, origin_offset, delivery_id
    HAVING ${condition}
  )`;
}

/** The table is small and read by its key's prefix: FINAL costs less here than telling versions apart by hand. */
export function sumsAt(level: Level, condition: string): string {
  return `(SELECT * FROM ledger_sums FINAL WHERE level = '${level}' AND ${condition})`;
}

/** Of an entry. */
export const IS_OFFSET = `delivery_id = ${NO_DELIVERY}`;
export const IS_UNROUTED = `(${IS_OFFSET} AND ${has('event')} AND NOT ${has('routed')} AND NOT ${has('poison')})`;
export const IS_UNRECORDED = `(${IS_OFFSET} AND ${has('routed')} AND NOT ${has('event')} AND NOT ${has('poison')})`;

/** Each delivery by one entry. */
export const IS_DELIVERY = `(NOT ${IS_OFFSET} AND NOT ${has('twin')})`;

export function has(mark: keyof typeof MARK, marks = 'marks'): string {
  return `(bitTest(${marks}, ${Math.log2(MARK[mark])}) = 1)`;
}

export function isIn(state: DeliveryState): string {
  return `(${IS_DELIVERY} AND ${STATE_CODE} = ${DELIVERY_STATES.indexOf(state)})`;
}

/** Place in DELIVERY_STATES; the order that it is taken from is that of summary.ts. */
export const STATE_CODE = 'bitAnd(bitShiftRight(standing, 42), 7)';

/** Something still has to happen to it. */
export const IS_OPEN = `(${IS_DELIVERY} AND ${STATE_CODE} <= ${DELIVERY_STATES.indexOf('held')})`;

/**
 * By when the next disposition of an open delivery must come: a waiting one at its next attempt, a held one before
 * its topic forgets it, one that is routed or released at once. Epoch milliseconds.
 */
export const DUE_MS = `(
  toInt64(bitAnd(standing, 4398046511103))
  + if(${STATE_CODE} = ${DELIVERY_STATES.indexOf('held')}, ${heldRetentionMs()}, 0))`;

function heldRetentionMs(): number {
  return Number(TOPIC_SPECS.find(({ name }) => name === TOPICS.held)!.config['retention.ms']);
}
