import type { RouteDecision } from '../history.ts';

/** An event that is on record more than once is routed each time; of more than these nobody asks. */
const MAX_ROUTES = 100;

export const ROUTE_COLUMNS =
  'toUnixTimestamp64Milli(routed_at) AS routed_at_ms, config_revision, endpoint_ids, delivery_ids';

export const FIRST_ROUTES = `ORDER BY routed_at, origin_partition, origin_offset LIMIT ${MAX_ROUTES}`;

export interface RouteRow {
  routed_at_ms: number;
  config_revision: number;
  endpoint_ids: string[];
  delivery_ids: string[];
}

/** When and by what an event was routed first, and all that it was routed to; undefined without a route record. */
export function decisionOf(routes: readonly RouteRow[]): RouteDecision | undefined {
  const [first] = routes;
  if (first === undefined) return undefined;
  const endpointByDelivery = new Map(
    routes.flatMap((route) => route.delivery_ids.map((id, index) => [id, route.endpoint_ids[index] ?? ''])),
  );
  return {
    routedAtMs: first.routed_at_ms,
    configRevision: first.config_revision,
    deliveries: [...endpointByDelivery].map(([deliveryId, endpointId]) => ({ endpointId, deliveryId })),
  };
}
