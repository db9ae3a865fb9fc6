import { REDELIVERY_PREFIX } from '@herald/domain/redelivery';
import type { DeliverySummary, Scope } from '../history.ts';
import type { Reader } from './reader.ts';
import { AT_TIMES, type EventToEndpointAt } from './replay-reads.ts';
import { SUMMARY_COLUMNS, type SummaryRow, summaryOf } from './summary.ts';

/** Of one event to one endpoint. Redeliveries come first: their numbers go on from the last one. */
const MAX_PER_PAIR = 100;

/** How the redeliveries and replays of events to endpoints stand, the latest to change first. */
export async function listReplayed(
  reader: Reader,
  scope: Scope,
  of: readonly EventToEndpointAt[],
): Promise<DeliverySummary[]> {
  if (of.length === 0) return [];
  const rows = await reader.rows<SummaryRow>(
    scope,
    (from) => `
      SELECT ${SUMMARY_COLUMNS}
      FROM ${from.moments}
      WHERE ${AT_TIMES} AND startsWith(cause, 'replay:')
        AND (event_id, endpoint_id) IN
          (SELECT arrayJoin(arrayZip({pair_events:Array(String)}, {pair_endpoints:Array(String)})))
      GROUP BY occurred_at, delivery_id
      ORDER BY startsWith(of_cause, '${REDELIVERY_PREFIX}') DESC, min(moment_at) DESC, delivery_id
      LIMIT ${MAX_PER_PAIR} BY of_event, of_endpoint`,
    {
      times: [...new Set(of.map(({ occurredAtMs }) => occurredAtMs))],
      pair_events: of.map(({ eventId }) => eventId),
      pair_endpoints: of.map(({ endpointId }) => endpointId),
    },
  );
  return rows.map(summaryOf).toSorted((a, b) => b.updatedAtMs - a.updatedAtMs);
}
