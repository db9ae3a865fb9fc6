import type { Decoder } from '@herald/contracts/codec';
import { eventField } from '@herald/contracts/event-fields';
import { eventTypeOf } from '@herald/contracts/event-type';
import type { PublicationEvent } from '@herald/contracts/generated/publication-event';
import { decodeDeliveryHeaders, REASON_HEADER } from '@herald/contracts/headers';
import { TOPICS } from '@herald/contracts/topics';
import type { Coordinates } from '@herald/domain/coordinates';
import type { Candidate } from '@herald/replay/candidate';

/** A record as it lies in a topic. */
export interface TopicRecord {
  value: Buffer | null;
  headers: Record<string, Buffer | undefined>;
}

const TRACEPARENT = 'traceparent';
const MAX_TRACEPARENT_CHARS = 128;
const MAX_EVENT_ID_CHARS = 200;

/** Undefined for a record that is no event, or no delivery: it has its place in publication.events.poison already. */
export async function readCandidate(
  record: TopicRecord,
  at: Coordinates,
  decoder: Decoder<PublicationEvent>,
): Promise<Candidate | undefined> {
  const event = await readEvent(record.value, decoder);
  if (!event) return undefined;
  if (at.topic === TOPICS.events) {
    const traceparent = record.headers[TRACEPARENT]?.toString();
    return {
      event,
      origin: at,
      traceparent: traceparent && traceparent.length <= MAX_TRACEPARENT_CHARS ? traceparent : undefined,
      delivery: undefined,
      isGone: false,
    };
  }
  const decoded = decodeDeliveryHeaders(record.headers);
  if (!decoded.ok) return undefined;
  const { endpointId, cause, origin, traceparent } = decoded.delivery;
  const reason = record.headers[REASON_HEADER]?.toString();
  return { event, origin, traceparent, delivery: { endpointId, cause, reason }, isGone: false };
}

async function readEvent(
  value: Buffer | null,
  decoder: Decoder<PublicationEvent>,
): Promise<Candidate['event'] | undefined> {
  // Most are decoded at once: a promise for each would cost more than the decoding.
  const answer = decoder.decode(value);
  const decoded = answer instanceof Promise ? await answer : answer;
  if (!decoded.ok) return undefined;
  const event = decoded.value;
  const eventType = eventTypeOf(event.event_type);
  if (!eventType || event.event_id === '' || event.event_id.length > MAX_EVENT_ID_CHARS) return undefined;
  return {
    eventId: event.event_id,
    publicationId: event.publication_id,
    occurredAtMs: event.occurred_at,
    eventType,
    accountId: event.account_id,
    projectId: event.project_id,
    channelId: event.channel.id,
    aboutEndpointId: event.endpoint?.endpoint_id,
    readField: (path) => eventField(event, path),
  };
}
