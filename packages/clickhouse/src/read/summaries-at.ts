import type { DeliverySummary, Scope } from '../history.ts';
import { atPlaces, type Place, placeParams } from './place.ts';
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
      WHERE ${atPlaces('delivery_id', 'shown')}
      GROUP BY occurred_at, delivery_id`,
    placeParams('shown', places),
  );
  const byId = new Map(rows.map((row) => [row.id, row]));
  return places.flatMap(([, id]) => {
    const row = byId.get(id);
    return row ? [summaryOf(row)] : [];
  });
}
