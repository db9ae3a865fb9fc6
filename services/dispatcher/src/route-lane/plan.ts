import type { Decoded } from '@herald/contracts/codec';
import { eventField } from '@herald/contracts/event-fields';
import { MAX_EVENT_BYTES } from '@herald/contracts/event-size';
import { eventTypeOf } from '@herald/contracts/event-type';
import type { PublicationEvent } from '@herald/contracts/generated/publication-event';
import type { RouteRecord } from '@herald/contracts/generated/route-record';
import { encodeDeliveryHeaders } from '@herald/contracts/headers';
import { TOPICS } from '@herald/contracts/topics';
import { deliveryId } from '@herald/domain/ids';
import type { Routable } from '@herald/domain/subscription';
import type { LaneRecord, OutgoingRecord } from '@herald/kafka/record';
import type { ConfiguredEndpoint } from '@herald/registry/endpoint-table';
import { type Poison, tooLarge } from '../poison.ts';

/** An event id goes into a header of each of its deliveries. */
const MAX_EVENT_ID_CHARS = 200;
const TRACEPARENT = 'traceparent';
const MAX_TRACEPARENT_CHARS = 128;

/** An event that can be routed, or why it cannot. */
export type Readable =
  | { kind: 'event'; event: PublicationEvent; routable: Routable }
  | { kind: 'poison'; poison: Poison };

/** Undefined where the type of the event is newer than this dispatcher. */
export function routableOf(event: PublicationEvent): Routable | undefined {
  const eventType = eventTypeOf(event.event_type);
  return (
    eventType && {
      eventType,
      accountId: event.account_id,
      projectId: event.project_id,
      channelId: event.channel.id,
      aboutEndpointId: event.endpoint?.endpoint_id,
      readField: (path) => eventField(event, path),
    }
  );
}

export function readEvent(record: LaneRecord, decoded: Decoded<PublicationEvent>): Readable {
  const oversize = tooLarge(record, MAX_EVENT_BYTES);
  if (oversize) return { kind: 'poison', poison: oversize };
  if (!decoded.ok) return { kind: 'poison', poison: { reason: decoded.reason, detail: decoded.detail } };
  const event = decoded.value;
  if (event.event_id === '' || event.event_id.length > MAX_EVENT_ID_CHARS) {
    const detail = `event_id has ${event.event_id.length} characters, it must have 1 to ${MAX_EVENT_ID_CHARS}`;
    return { kind: 'poison', poison: { reason: 'invalid_event_id', detail } };
  }
  const routable = routableOf(event);
  if (routable === undefined) {
    const detail = 'the event type is newer than this dispatcher: update it, then replay the record';
    return { kind: 'poison', poison: { reason: 'unknown_event_type', detail } };
  }
  return { kind: 'event', event, routable };
}

/** The endpoints that want an event, and those of which that is not known yet, by the configuration of that revision. */
export interface Matches {
  endpoints: readonly ConfiguredEndpoint[];
  undecided: readonly string[];
  revision: number;
}

export interface RoutePlan {
  deliveries: OutgoingRecord[];
  /** To be written when the deliveries are acknowledged. */
  route: RouteRecord;
}

/** Same event, same matches: same delivery ids. */
export function planRoutes(
  record: LaneRecord,
  { event, routable }: Extract<Readable, { kind: 'event' }>,
  { endpoints, undecided, revision }: Matches,
  nowMs: number,
): RoutePlan {
  const { topic, partition, offset } = record;
  const traceparent = record.headers[TRACEPARENT]?.toString();
  const route: RouteRecord = {
    event_id: event.event_id,
    account_id: event.account_id,
    project_id: event.project_id,
    channel_id: event.channel.id,
    publication_id: event.publication_id,
    event_type: routable.eventType,
    occurred_at: event.occurred_at,
    origin_topic: topic,
    origin_partition: partition,
    origin_offset: offset,
    config_revision: revision,
    routed_at: nowMs,
    deliveries: [...endpoints.map(({ endpoint }) => endpoint.id), ...undecided].map((endpointId) => ({
      endpoint_id: endpointId,
      delivery_id: deliveryId(event.event_id, endpointId, 'event'),
    })),
  };
  const deliveries = route.deliveries.map(({ endpoint_id, delivery_id }, at) => ({
    topic: TOPICS.deliveries,
    key: endpoint_id,
    value: record.value,
    headers: encodeDeliveryHeaders({
      deliveryId: delivery_id,
      endpointId: endpoint_id,
      eventId: event.event_id,
      step: 0,
      attempts: 0,
      dueAtMs: 0,
      origin: { topic, partition, offset },
      cause: 'event',
      configRevision: revision,
      ...(at >= endpoints.length && { isUndecided: true }),
      traceparent: traceparent && traceparent.length <= MAX_TRACEPARENT_CHARS ? traceparent : undefined,
    }),
  }));
  return { deliveries, route };
}
