import type { DeliverySummary, Scope } from '../history.ts';
import { AT_PLACES, type Place, placeParams } from './place.ts';
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
      WHERE ${AT_PLACES}
      GROUP BY occurred_at, delivery_id`,
    placeParams(places),
  );
  const byId = new Map(rows.map((row) => [row.id, row]));
  return places.flatMap(([, id]) => {
    const row = byId.get(id);
    return row ? [summaryOf(row)] : [];
  });
}
