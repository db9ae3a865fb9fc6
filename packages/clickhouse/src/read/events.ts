import type { PublicationEvent } from '@herald/contracts/generated/publication-event';
import type { EventDetail, RouteDecision, Scope } from '../history.ts';
import { deliveriesOfEvent } from './delivery-detail.ts';
import { EVENT_COLUMNS, type EventRow, summaryOf } from './event-row.ts';
import type { Reader } from './reader.ts';

/** One event with its route record and how its deliveries stand; undefined where the account has none by that id. */
export async function getEvent(
  reader: Reader,
  scope: Scope,
  eventId: string,
): Promise<EventDetail | undefined> {
  const [[row], route, deliveries] = await Promise.all([
    reader.rows<EventRow & { event: string }>(
      scope,
      (from) => `
        SELECT ${EVENT_COLUMNS}, event
        FROM ${from.events}
        WHERE event_id = {id:String}
        ORDER BY recorded_at, partition, offset
        LIMIT 1`,
      { id: eventId },
    ),
    routeOf(reader, scope, eventId),
    deliveriesOfEvent(reader, scope, eventId),
  ]);
  if (row === undefined) return undefined;
  return { ...summaryOf(row), event: JSON.parse(row.event) as PublicationEvent, route, deliveries };
}

async function routeOf(reader: Reader, scope: Scope, eventId: string): Promise<RouteDecision | null> {
  const [row] = await reader.rows<{
    routed_at_ms: number;
    config_revision: number;
    endpoint_ids: string[];
    delivery_ids: string[];
  }>(
    scope,
    (from) => `
      SELECT toUnixTimestamp64Milli(routed_at) AS routed_at_ms, config_revision, endpoint_ids, delivery_ids
      FROM ${from.routes}
      WHERE event_id = {id:String}
      ORDER BY routed_at
      LIMIT 1`,
    { id: eventId },
  );
  if (row === undefined) return null;
  return {
    routedAtMs: row.routed_at_ms,
    configRevision: row.config_revision,
    deliveries: row.endpoint_ids.map((endpointId, index) => ({
      endpointId,
      deliveryId: row.delivery_ids[index] ?? '',
    })),
  };
}
