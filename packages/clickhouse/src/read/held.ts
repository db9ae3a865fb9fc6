import { ClickHouseError } from '@clickhouse/client';
import type { Scope } from '../history.ts';
import { isIn } from '../ledger/expressions.ts';
import { readReport } from './ledger.ts';
import type { Reader } from './reader.ts';

/** What is held for one endpoint, as the ledger has counted it. Times are epoch milliseconds. */
export interface HeldFigures {
  /** All that Kafka had taken by then is counted; undefined until the logger has caught up once. */
  asOfMs: number | undefined;
  deliveries: number;
  /** When the one that is held longest was put there; null where none is. */
  oldestHeldAtMs: number | null;
  /** Of those that were held before, how many have left since `releasedSinceMs`; null where there are too many to count. */
  released: number | null;
}

export interface HeldQuery {
  endpointId: string;
  /** When what is held began to be released; undefined while it is not. */
  releasedSinceMs: number | undefined;
}

/** Rows that the count of those released may read; what has more of them is not begun. */
const MAX_ROWS = 1_000_000;
const TOO_MANY_ROWS = '158';

/** Stretches of 128 offsets that are looked into for the oldest, those with the oldest first. */
const MAX_STRETCHES = 5_000;

/** The time that a disposition was made at, in the number that an entry of the ledger keeps of a delivery. */
const HELD_AT_MS = 'toInt64(bitAnd(standing, 4398046511103))';

export async function readHeld(reader: Reader, scope: Scope, query: HeldQuery): Promise<HeldFigures> {
  // In this order: the figures are at least as new as the moment that they are told to be of.
  const report = await readReport(reader);
  const [counted, oldest, released] = await Promise.all([
    countHeld(reader, scope, query),
    findOldest(reader, scope, query),
    countReleased(reader, scope, query),
  ]);
  return { asOfMs: report?.asOfMs, deliveries: counted, oldestHeldAtMs: oldest, released };
}

async function countHeld(reader: Reader, scope: Scope, { endpointId }: HeldQuery): Promise<number> {
  const [row] = await reader.rows<{ deliveries: number }>(
    scope,
    (from) => `
      SELECT sum(held) AS deliveries FROM ${from.ledgerSums('endpoint')} WHERE endpoint_id = {endpoint:String}`,
    { endpoint: endpointId },
  );
  return row!.deliveries;
}

async function findOldest(reader: Reader, scope: Scope, { endpointId }: HeldQuery): Promise<number | null> {
  const [row] = await reader.rows<{ found: number; held_at_ms: number }>(
    scope,
    (from) => `
      SELECT count() AS found, min(${HELD_AT_MS}) AS held_at_ms
      FROM ${from.ledgerEntries(`
        SELECT origin_topic, origin_partition, stretch FROM ${from.ledgerSums('endpoint')}
        WHERE endpoint_id = {endpoint:String} AND held > 0
        ORDER BY due_at LIMIT ${MAX_STRETCHES}`)}
      WHERE endpoint_id = {endpoint:String} AND ${isIn('held')}`,
    { endpoint: endpointId },
  );
  return row && row.found > 0 ? row.held_at_ms : null;
}

async function countReleased(
  reader: Reader,
  scope: Scope,
  { endpointId, releasedSinceMs }: HeldQuery,
): Promise<number | null> {
  if (releasedSinceMs === undefined) return 0;
  try {
    const [row] = await reader.rows<{ released: number }>(
      scope,
      ({ moments }) => `
        SELECT uniqExact(delivery_id) AS released FROM ${moments}
        WHERE endpoint_id = {endpoint:String} AND state != 'held'
          AND moment_at >= fromUnixTimestamp64Milli({since:Int64}, 'UTC')
          AND delivery_id IN (
            SELECT delivery_id FROM ${moments} WHERE endpoint_id = {endpoint:String} AND state = 'held'
          )
        SETTINGS max_rows_to_read = ${MAX_ROWS}, read_overflow_mode = 'throw'`,
      { endpoint: endpointId, since: releasedSinceMs },
    );
    return row!.released;
  } catch (error) {
    if (error instanceof ClickHouseError && error.code === TOO_MANY_ROWS) return null;
    throw error;
  }
}
