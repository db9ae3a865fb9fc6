import type { DeliverySummary, Scope } from '../history.ts';
import type { Place } from './place.ts';
import type { Reader } from './reader.ts';
import { SUMMARY_COLUMNS, type SummaryRow, summaryOf } from './summary.ts';

/** How the deliveries at these places stand, in this order; the wide columns are read of these deliveries only. */
export async function summariesAt(
  reader: Reader,
  scope: Scope,
  places: readonly Place[],
): Promise<DeliverySummary[]> {
  if (places.length === 0) return [];
  const rows = await reader.rows<SummaryRow>(
    scope,
    ({ moments }) => `
      SELECT ${SUMMARY_COLUMNS} FROM ${moments}
      WHERE (occurred_at, delivery_id) IN (
        SELECT fromUnixTimestamp64Milli(place.1, 'UTC'), place.2
        FROM (SELECT arrayJoin(arrayZip({times:Array(Int64)}, {ids:Array(UUID)})) AS place)
      )
      GROUP BY occurred_at, delivery_id`,
    { times: places.map(([atMs]) => atMs), ids: places.map(([, id]) => id) },
  );
  const byId = new Map(rows.map((row) => [row.id, row]));
  return places.flatMap(([, id]) => {
    const row = byId.get(id);
    return row ? [summaryOf(row)] : [];
  });
}
