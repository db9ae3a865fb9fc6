import { type ClickHouseClient, TupleParam } from '@clickhouse/client';
import { DELIVERY_STATES } from '../delivery-state.ts';
import {
  DUE_MS,
  entriesIn,
  has,
  IS_DELIVERY,
  IS_OFFSET,
  IS_OPEN,
  IS_UNRECORDED,
  IS_UNROUTED,
  isIn,
} from './expressions.ts';

/** 128 neighbouring offsets of one partition. */
export type Stretch = readonly [topic: string, partition: number, stretch: number];

/** Stretches of one statement: bounds its memory, some 65,000 offsets with their deliveries. */
const STRETCHES_AT_ONCE = 512;

/** Counts stretches from their entries. What was counted before is replaced; the same entries give the same rows. */
export async function countStretches(client: ClickHouseClient, stretches: readonly Stretch[]): Promise<void> {
  for (let from = 0; from < stretches.length; from += STRETCHES_AT_ONCE) {
    await client.command({
      query: COUNT,
      query_params: {
        stretches: stretches.slice(from, from + STRETCHES_AT_ONCE).map((stretch) => new TupleParam(stretch)),
      },
    });
  }
}

const COUNTED: ReadonlyArray<readonly [column: string, sql: string]> = [
  ['accepted', `countIf(${IS_OFFSET} AND ${has('event')})`],
  ['routed', `countIf(${IS_OFFSET} AND ${has('routed')})`],
  ['unmatched', `countIf(${IS_OFFSET} AND ${has('routed')} AND NOT ${has('matched')})`],
  ['poison', `countIf(${IS_OFFSET} AND ${has('poison')})`],
  ['unrouted', `countIf(${IS_UNROUTED})`],
  ['unrecorded', `countIf(${IS_UNRECORDED})`],
  ['matched', `countIf(${IS_DELIVERY} AND ${has('named')})`],
  ...DELIVERY_STATES.map((state) => [state, `countIf(${isIn(state)})`] as const),
];

/** Of none, a minimum is 0, that is 1970: it counts only beside the counts that it belongs to. */
const EXTREMES: ReadonlyArray<readonly [column: string, sql: string, ofSums: string]> = [
  [
    'gap_at',
    `minIf(first_at, ${IS_UNROUTED} OR ${IS_UNRECORDED})`,
    'minIf(gap_at, unrouted + unrecorded > 0)',
  ],
  [
    'due_at',
    `fromUnixTimestamp64Milli(minIf(${DUE_MS}, ${IS_OPEN}), 'UTC')`,
    'minIf(due_at, pending + waiting + held > 0)',
  ],
  ['last_day', 'max(last_day)', 'max(last_day)'],
];

const STRETCH = 'origin_topic, origin_partition, stretch';

const COLUMNS = [...COUNTED, ...EXTREMES].map(([column]) => column).join(', ');

/** By endpoint first: the levels above are sums of few rows. */
const COUNT = `
  INSERT INTO ledger_sums (level, account_id, endpoint_id, ${STRETCH}, ${COLUMNS}, counted_at)
  SELECT
    2 - grouping(account_id) - grouping(endpoint_id), account_id, endpoint_id, ${STRETCH},
    ${[...COUNTED.map(([column]) => `sum(counts.${column})`), ...EXTREMES.map(([, , ofSums]) => ofSums)].join(', ')},
    now64(3)
  FROM (
    SELECT
      ${STRETCH}, account_id, endpoint_id,
      ${[...COUNTED, ...EXTREMES].map(([column, sql]) => `${sql} AS ${column}`).join(',\n      ')}
    FROM ${entriesIn('SELECT arrayJoin({stretches:Array(Tuple(String, Int32, Int64))})', 'true')} AS entries
    GROUP BY ${STRETCH}, account_id, endpoint_id
  ) AS counts
  GROUP BY GROUPING SETS (
    (${STRETCH}), (${STRETCH}, account_id), (${STRETCH}, account_id, endpoint_id)
  )
  HAVING grouping(endpoint_id) = 1 OR endpoint_id != ''`;
