import { DELIVERY_STATES, type DeliveryState } from '../delivery-state.ts';
import type { Scope } from '../history.ts';
import { ATTEMPT_COLUMNS, type AttemptRow, attemptFigures, NO_ATTEMPTS } from './attempt-figures.ts';
import { allOf, type Conditions } from './conditions.ts';
import { readReport } from './ledger.ts';
import type { Reader } from './reader.ts';
import { REQUESTS } from './requests.ts';
import { isState } from './standing.ts';
import type {
  AttemptFigures,
  DeliveryFigures,
  Stats,
  StatsFigures,
  StatsQuery,
  StatsRange,
} from './stats-figures.ts';

/** Exact counts, from the narrow rows themselves: no view beside them that a re-insert after a kill would inflate. */
export async function readStats(reader: Reader, scope: Scope, query: StatsQuery): Promise<Stats> {
  // First: what is counted after it is at least as new as the moment that it is told to be of.
  const report = await readReport(reader);
  const [attempts, deliveries] = await Promise.all([
    attemptsOf(reader, scope, query),
    deliveriesOf(reader, scope, query),
  ]);
  const numbers = [...new Set([...attempts.keys(), ...deliveries.keys()])].filter(
    (number) => number !== TOTAL,
  );
  const figuresOf = (bucket: number): StatsFigures => ({
    attempts: attempts.get(bucket) ?? NO_ATTEMPTS,
    deliveries: deliveries.get(bucket) ?? NO_DELIVERIES,
  });
  return {
    asOfMs: report?.asOfMs,
    total: figuresOf(TOTAL),
    buckets: numbers
      .sort((a, b) => a - b)
      .map((number) => ({ fromMs: number * query.bucketMs, ...figuresOf(number) })),
  };
}

const NO_DELIVERIES = Object.fromEntries(DELIVERY_STATES.map((state) => [state, 0])) as DeliveryFigures;

/** In place of the number of a bucket: the sum of all. */
const TOTAL = -1;
const NUMBER = `if(grouping(bucket) = 1, ${TOTAL}, bucket)`;

async function attemptsOf(
  reader: Reader,
  scope: Scope,
  query: StatsQuery,
): Promise<Map<number, AttemptFigures>> {
  const narrowed = narrowedBy(query);
  const rows = await reader.rows<AttemptRow & { number: number }>(
    scope,
    (from) => `
      SELECT ${NUMBER} AS number, ${ATTEMPT_COLUMNS}
      FROM ${from.momentsOnce}
      WHERE ${REQUESTS} AND ${within('moment_at')} AND ${narrowed.sql}
      GROUP BY ROLLUP(intDiv(toUnixTimestamp64Milli(moment_at), {bucket_ms:Int64}) AS bucket)`,
    { ...narrowed.params, ...rangeParams(query), bucket_ms: query.bucketMs },
  );
  return new Map(rows.map((row) => [row.number, attemptFigures(row)]));
}

async function deliveriesOf(
  reader: Reader,
  scope: Scope,
  query: StatsQuery,
): Promise<Map<number, DeliveryFigures>> {
  const narrowed = narrowedBy(query);
  const rows = await reader.rows<{ number: number } & Record<DeliveryState, number>>(
    scope,
    // In the order of the table, so that memory does not grow with the range.
    (from) => `
      SELECT ${NUMBER} AS number, ${DELIVERY_STATES.map((state) => `countIf(${isState('current', state)}) AS ${state}`).join(', ')}
      FROM (
        SELECT intDiv(toUnixTimestamp64Milli(occurred_at), {bucket_ms:Int64}) AS bucket, max(standing) AS current
        FROM ${from.deliveries}
        WHERE ${within('occurred_at')} AND ${narrowed.sql}
        GROUP BY occurred_at, delivery_id
      )
      GROUP BY ROLLUP(bucket)
      SETTINGS optimize_aggregation_in_order = 1`,
    { ...narrowed.params, ...rangeParams(query), bucket_ms: query.bucketMs },
  );
  return new Map(rows.map(({ number, ...counts }) => [number, counts]));
}

function narrowedBy(query: StatsQuery): Conditions {
  return allOf([
    ['project_id = {project:String}', 'project', query.projectId],
    ['channel_id = {channel:String}', 'channel', query.channelId],
    ['endpoint_id = {endpoint:String}', 'endpoint', query.endpointId],
    ['event_type = {type:String}', 'type', query.eventType],
  ]);
}

export function within(column: 'moment_at' | 'occurred_at'): string {
  return `${column} >= fromUnixTimestamp64Milli({from_ms:Int64}, 'UTC')
        AND ${column} < fromUnixTimestamp64Milli({to_ms:Int64}, 'UTC')`;
}

export function rangeParams({ fromMs, toMs }: StatsRange): { from_ms: number; to_ms: number } {
  return { from_ms: fromMs, to_ms: toMs };
}
