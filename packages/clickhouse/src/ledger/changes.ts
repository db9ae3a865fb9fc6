import type { ClickHouseClient } from '@clickhouse/client';
import type { Stretch } from './count-stretches.ts';
import { SLICE_MS, type Slice } from './slices.ts';

const SLICE_OF = `intDiv(toUnixTimestamp64Milli(changed_at), ${SLICE_MS}) * ${SLICE_MS}`;
const SINCE = "changed_at >= fromUnixTimestamp64Milli({since_ms:Int64}, 'UTC')";

/** ClickHouse's own clock, epoch milliseconds. */
export async function clockOf(client: ClickHouseClient): Promise<number> {
  const [row] = await rowsOf<{ now_ms: number }>(
    client,
    'SELECT toUnixTimestamp64Milli(now64(3)) AS now_ms',
    {},
  );
  return row!.now_ms;
}

export function slicesSince(client: ClickHouseClient, sinceMs: number): Promise<Slice[]> {
  return rowsOf<Slice>(
    client,
    `SELECT ${SLICE_OF} AS startMs, count() AS changes FROM ledger_changes WHERE ${SINCE} GROUP BY startMs`,
    { since_ms: sinceMs },
  );
}

/** The stretches that something was written into in these slices. */
export async function changedStretches(
  client: ClickHouseClient,
  slices: readonly number[],
): Promise<Stretch[]> {
  if (slices.length === 0) return [];
  return stretchesOf(
    client,
    `SELECT DISTINCT origin_topic, origin_partition, stretch FROM ledger_changes
     WHERE ${SINCE} AND has({slices:Array(Int64)}, ${SLICE_OF}) ORDER BY ALL`,
    { since_ms: Math.min(...slices), slices },
  );
}

/** Reads the key of every entry. */
export function allStretches(client: ClickHouseClient): Promise<Stretch[]> {
  return stretchesOf(
    client,
    'SELECT DISTINCT origin_topic, origin_partition, stretch FROM ledger_entries ORDER BY ALL',
    {},
  );
}

async function stretchesOf(
  client: ClickHouseClient,
  query: string,
  params: Record<string, unknown>,
): Promise<Stretch[]> {
  const rows = await rowsOf<{ origin_topic: string; origin_partition: number; stretch: number }>(
    client,
    query,
    params,
  );
  return rows.map((row) => [row.origin_topic, row.origin_partition, row.stretch]);
}

async function rowsOf<T>(
  client: ClickHouseClient,
  query: string,
  query_params: Record<string, unknown>,
): Promise<T[]> {
  const result = await client.query({ query, query_params, format: 'JSONEachRow' });
  return result.json<T>();
}
