import type { Scope } from '../history.ts';
import type { Reader } from './reader.ts';

/** The time of the newest row of an account that is older than `atMs`, epoch milliseconds; undefined where none is. */
export async function newestBefore(
  reader: Reader,
  scope: Scope,
  table: 'deliveries' | 'troubles' | 'events',
  atMs: number,
): Promise<number | undefined> {
  const [row] = await reader.rows<{ newest_ms: number }>(
    scope,
    (from) => `
      SELECT toUnixTimestamp64Milli(occurred_at) AS newest_ms FROM ${from[table]}
      WHERE occurred_at < fromUnixTimestamp64Milli({at_ms:Int64}, 'UTC')
      ORDER BY occurred_at DESC
      LIMIT 1`,
    { at_ms: atMs },
  );
  return row?.newest_ms;
}
