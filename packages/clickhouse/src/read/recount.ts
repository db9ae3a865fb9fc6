import { TOPICS } from '@herald/contracts/topics';
import type { Scope } from '../history.ts';
import type { LedgerFigures } from '../ledger/ledger.ts';
import type { Reader, ScopedTables } from './reader.ts';
import { CURRENT_STATE, PENDING } from './summary.ts';

type OffsetFigures = Pick<
  LedgerFigures,
  'accepted' | 'routed' | 'unmatched' | 'poison' | 'unrouted' | 'unrecorded'
>;
type DeliveryFigures = Omit<LedgerFigures, keyof OffsetFigures>;

/** Counts from the history itself. Reads whole columns: for audits and tests, never for pages. */
export async function recount(reader: Reader, scope: Scope | 'all'): Promise<LedgerFigures> {
  const [[offsets], [deliveries]] =
    scope === 'all'
      ? await Promise.all([
          reader.allRows<OffsetFigures>((from) => offsetFigures(from, poisonOffsets(from.poison)), {}),
          reader.allRows<DeliveryFigures>(deliveryFigures, {}),
        ])
      : await Promise.all([
          reader.rows<OffsetFigures>(scope, (from) => offsetFigures(from, NO_POISON), {}),
          reader.rows<DeliveryFigures>(scope, deliveryFigures, {}),
        ]);
  return { ...offsets!, ...deliveries! };
}

/** What each offset of publication.events came to: one row an offset, however often and wherever it is on record. */
function offsetFigures(from: ScopedTables, poisonRows: string): string {
  return `
    SELECT
      countIf(is_event) AS accepted,
      countIf(is_routed) AS routed,
      countIf(is_routed AND NOT is_matched) AS unmatched,
      countIf(is_poison) AS poison,
      countIf(is_event AND NOT is_routed AND NOT is_poison) AS unrouted,
      countIf(is_routed AND NOT is_event) AS unrecorded
    FROM (
      SELECT max(event) AS is_event, max(route) AS is_routed, max(matched) AS is_matched, max(bad) AS is_poison
      FROM (
        SELECT partition AS p, offset AS o, true AS event, false AS route, false AS matched, false AS bad
        FROM ${from.events}
        UNION ALL
        SELECT origin_partition, origin_offset, false, true, notEmpty(delivery_ids), false
        FROM ${from.routes} WHERE origin_topic = '${TOPICS.events}'
        UNION ALL ${poisonRows}
      )
      GROUP BY p, o
    )`;
}

const NO_POISON = 'SELECT toInt32(0), toInt64(0), false, false, false, false WHERE false';

function poisonOffsets(poison: string): string {
  return `
    SELECT source_partition, source_offset, false, false, false, true
    FROM ${poison} WHERE source_topic = '${TOPICS.events}'`;
}

/**
 * Each delivery once, in its state. That a delivery exists is asked of the route records themselves too, not only of
 * the moments made from them.
 */
function deliveryFigures(from: ScopedTables): string {
  return `
    SELECT
      countIf(is_matched) AS matched,
      count() AS deliveries,
      countIf(current_state = 'pending') AS pending,
      countIf(current_state = 'waiting') AS waiting,
      countIf(current_state = 'held') AS held,
      countIf(current_state = 'cancelled') AS cancelled,
      countIf(current_state = 'dead') AS dead,
      countIf(current_state = 'delivered') AS delivered
    FROM (
      SELECT ${CURRENT_STATE} AS current_state, max(named) AS is_matched
      FROM (
        SELECT delivery_id, state, step, false AS named FROM ${from.moments}
        UNION ALL
        SELECT arrayJoin(delivery_ids), ${PENDING}, -1, true FROM ${from.routes}
      )
      GROUP BY delivery_id
    )`;
}
