import type { DeliverySummary, Scope } from '../history.ts';
import { type PackedSummaryRow, packedSummaries, summaryOfPacked } from './packed-summary.ts';
import { atPlaces, type Place, placeParams } from './place.ts';
import type { Reader } from './reader.ts';

/** How the deliveries at these places stand, in this order; the packed column is read of these deliveries only. */
export async function summariesAt(
  reader: Reader,
  scope: Scope,
  places: readonly Place[],
): Promise<DeliverySummary[]> {
  if (places.length === 0) return [];
  const rows = await reader.rows<PackedSummaryRow>(
    scope,
    ({ moments }) => packedSummaries(moments, atPlaces('delivery_id', 'shown')),
    placeParams('shown', places),
  );
  const byId = new Map(rows.map((row) => [row.id, row]));
  return places.flatMap(([, id]) => {
    const row = byId.get(id);
    return row ? [summaryOfPacked(row)] : [];
  });
}
