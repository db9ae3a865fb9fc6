import type { EventDetail, EventSummary } from '@herald/clickhouse/history';
import { eventTypeOf } from '@herald/contracts/event-type';
import type { PublicationEvent } from '@herald/contracts/generated/publication-event';
import type { z } from 'zod';
import { viewDelivery } from '../deliveries/delivery-view.ts';
import { isoTime, isoTimeOrNull } from '../http/fields.ts';
import type { eventDetailView, eventView } from './event-fields.ts';

export function viewEvent(event: EventSummary): z.output<typeof eventView> {
  return {
    event_id: event.eventId,
    event_type: event.eventType,
    project_id: event.projectId,
    channel_id: event.channelId,
    channel_type: event.channelType,
    publication_id: event.publicationId,
    occurred_at: isoTime(event.occurredAtMs),
    recorded_at: isoTime(event.recordedAtMs),
    origin: event.origin,
  };
}

export function viewEventDetail(detail: EventDetail): z.output<typeof eventDetailView> {
  const { route } = detail;
  return {
    ...viewEvent(detail),
    event: viewProduced(detail.event),
    route: route && {
      routed_at: isoTime(route.routedAtMs),
      config_revision: route.configRevision,
      deliveries: route.deliveries.map(({ endpointId, deliveryId }) => ({
        endpoint_id: endpointId,
        delivery_id: deliveryId,
      })),
    },
    deliveries: detail.deliveries.map(viewDelivery),
    deliveries_left_out: detail.deliveriesLeftOut,
  };
}

function viewProduced(event: PublicationEvent): z.output<typeof eventDetailView>['event'] {
  return {
    ...event,
    event_type: eventTypeOf(event.event_type) ?? 'unknown',
    occurred_at: isoTime(event.occurred_at),
    content: { ...event.content, media_type: event.content.media_type.toLowerCase() },
    // History that was written before there were operational events has no such field.
    endpoint: event.endpoint
      ? { ...event.endpoint, failing_since: isoTimeOrNull(event.endpoint.failing_since) }
      : null,
  };
}
