import type { Scope } from '../history.ts';
import type { Reader } from './reader.ts';

/** The publication of one of these deliveries that was erased; undefined where none of them is known to be. */
export async function erasedPublicationOf(
  reader: Reader,
  scope: Scope,
  deliveryIds: readonly string[],
): Promise<string | undefined> {
  const [row] = await reader.rows<{ publication_id: string }>(
    scope,
    (from) => `
      SELECT publication_id
      FROM ${from.erasedDeliveries()}
      WHERE delivery_id IN {ids:Array(UUID)}
      LIMIT 1`,
    { ids: deliveryIds },
  );
  return row?.publication_id;
}

/** For how long events stay on record; undefined where nothing is said. */
export async function keptForDays(reader: Reader): Promise<number | undefined> {
  const [table] = await reader.allRows<{ engine_full: string }>(
    () => `SELECT engine_full FROM system.tables WHERE database = currentDatabase() AND name = 'events'`,
    {},
  );
  const days = /toIntervalDay\((\d+)\)/.exec(table?.engine_full ?? '')?.[1];
  return days === undefined ? undefined : Number(days);
}
