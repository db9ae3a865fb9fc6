import { type DeliverySummary, stateText } from './delivery-view.ts';
import type { Terminal } from './terminal.ts';

interface Place {
  topic: string;
  partition: number;
  offset: number;
}

/** As the API answers them: the fields that are shown. */
export interface EventSummary {
  event_id: string;
  event_type: string;
  project_id: string;
  channel_id: string;
  publication_id: string;
  occurred_at: string | null;
  origin: Place;
}

export interface EventDetail extends EventSummary {
  /** As it was produced. */
  event: object;
  route: { routed_at: string | null; config_revision: number; deliveries: object[] } | null;
  deliveries: DeliverySummary[];
  deliveries_left_out: number;
}

/** As `explain` and the replays name it. */
export function placeOf({ topic, partition, offset }: Place): string {
  return `${topic}:${partition}:${offset}`;
}

/** An event as it was produced, and what became of it. */
export function showEvent(event: EventDetail, { print, note, table, colors }: Terminal): void {
  print(`${colors.bold(event.event_id)}  ${event.event_type}  ${placeOf(event.origin)}`);
  print(routeText(event.route));
  print(JSON.stringify(event.event, null, 2));
  if (event.deliveries.length === 0) return;
  print('');
  table(
    ['delivery', 'state', 'endpoint', 'attempts', 'last', 'cause'],
    event.deliveries.map((delivery) => [
      delivery.delivery_id,
      stateText(delivery, colors),
      delivery.endpoint_id,
      String(delivery.attempts),
      String(delivery.last_status ?? delivery.last_outcome ?? ''),
      delivery.cause,
    ]),
  );
  if (event.deliveries_left_out > 0) {
    note(`${event.deliveries_left_out} more: herald deliveries list --event ${event.event_id}`);
  }
}

function routeText(route: EventDetail['route']): string {
  if (!route) return 'not routed yet';
  const { routed_at, config_revision, deliveries } = route;
  const to = deliveries.length === 0 ? 'to nobody' : `to ${deliveries.length}`;
  return `routed ${to} at ${routed_at ?? 'a time that is not known'}, revision ${config_revision}`;
}
