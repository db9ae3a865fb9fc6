import type { Encoder } from '@herald/contracts/codec';
import type { DeliveryAttempt } from '@herald/contracts/generated/delivery-attempt';
import type { PublicationEvent } from '@herald/contracts/generated/publication-event';
import { encodeDeliveryHeaders } from '@herald/contracts/headers';
import { TOPICS } from '@herald/contracts/topics';
import { TEST_TOPIC } from '@herald/domain/coordinates';
import type { Delivery } from '@herald/domain/delivery';
import type { EventType } from '@herald/domain/event-type';
import { deliveryId } from '@herald/domain/ids';
import type { BatchingProducer } from '@herald/kafka/batching-producer';
import type { ConfiguredEndpoint } from '@herald/registry/endpoint-table';
import { withDeadline } from '../http/with-deadline.ts';
import type { AttemptSource } from '../tail/attempt-source.ts';
import { sampleEvent } from './sample-event.ts';
import { createTestPlaces, type TooManyTests } from './test-places.ts';

/** What became of a test that was put on record. */
export type Tested =
  | { kind: 'attempted'; delivery: Delivery; attempt: DeliveryAttempt }
  /** Kafka has it, and its attempt has not been seen in time: the dispatcher is away or busy. */
  | { kind: 'queued'; delivery: Delivery }
  | { kind: 'unavailable'; detail: string };

/** What is refused was neither sent nor put on record. */
export type TestSent = Tested | TooManyTests;

/** Puts on record that a test is asked for, sends it, and notes what became of it. */
type Recorded = (send: () => Promise<Tested>) => Promise<Tested>;

/**
 * Sends one made-up event of the type to an endpoint as it is saved, through the dispatcher, and waits for the attempt.
 * What is refused is not put on record: whoever asks in a loop would fill it.
 */
export type SendTest = (
  configured: ConfiguredEndpoint,
  eventType: EventType,
  recorded: Recorded,
) => Promise<TestSent>;

export interface SendTestOptions {
  attempts: AttemptSource;
  encoder: Encoder<PublicationEvent>;
  producer: Pick<BatchingProducer, 'send' | 'pendingRecords'>;
  /** For Kafka to be followed, and to take the test; each that long, as the record of the test has. */
  timeoutMs: number;
  onFailure: (error: unknown) => void;
  now: () => number;
  /** Milliseconds of a clock that does not go back. */
  uptimeMs: () => number;
  /** A fresh UUID. */
  newId: () => string;
}

/** The producer never gives a record up: while brokers are away, so many wait and no test is added. */
const MAX_PENDING_RECORDS = 1_000;

/** What lies between the request and its end on our side: queues, connections, records on their way. */
const MARGIN_MS = 5_000;

/** It is put on record, Kafka is followed, and the test is written. */
const STEPS_OF_KAFKA = 3;

export function createSendTest(options: SendTestOptions): SendTest {
  const { attempts, encoder, producer, timeoutMs, onFailure, now, uptimeMs, newId } = options;
  const places = createTestPlaces(uptimeMs);

  async function send(
    { endpoint, revision }: ConfiguredEndpoint,
    eventType: EventType,
    over: AbortSignal,
  ): Promise<Tested> {
    const nowMs = now();
    const eventId = newId();
    const delivery = testDelivery({ eventId, endpointId: endpoint.id, revision, nowMs });
    const value = encoder.encode(sampleEvent(endpoint, eventType, { eventId, nowMs }));
    const seen = Promise.withResolvers<DeliveryAttempt | undefined>();
    const listener = {
      accountId: endpoint.accountId,
      onAttempt({ attempt }: { attempt: DeliveryAttempt }) {
        // A fenced one is attempted again by the new owner of its partition.
        if (attempt.delivery_id === delivery.deliveryId && attempt.disposition !== 'FENCED')
          seen.resolve(attempt);
      },
      onEnd: () => seen.resolve(undefined),
    };
    // Before it is sent: what is attempted before somebody listens is missed.
    await withDeadline(attempts.listen(listener, over), timeoutMs, 'Kafka');
    const record = {
      topic: TOPICS.deliveries,
      key: endpoint.id,
      value,
      headers: encodeDeliveryHeaders(delivery),
    };
    await withDeadline(producer.send([record]), timeoutMs, 'Kafka');
    const timer = setTimeout(() => seen.resolve(undefined), attemptWithinMs(endpoint));
    const attempt = await seen.promise;
    clearTimeout(timer);
    return attempt ? { kind: 'attempted', delivery, attempt } : { kind: 'queued', delivery };
  }

  async function sendOrFail(configured: ConfiguredEndpoint, eventType: EventType): Promise<Tested> {
    const over = new AbortController();
    try {
      return await send(configured, eventType, over.signal);
    } catch (error) {
      onFailure(error);
      return { kind: 'unavailable', detail: error instanceof Error ? error.message : String(error) };
    } finally {
      over.abort();
    }
  }

  return async (configured, eventType, recorded) => {
    const { endpoint } = configured;
    if (producer.pendingRecords >= MAX_PENDING_RECORDS) {
      return { kind: 'unavailable', detail: `${producer.pendingRecords} records wait for Kafka` };
    }
    const place = places.take(endpoint.accountId, STEPS_OF_KAFKA * timeoutMs + attemptWithinMs(endpoint));
    if (place.kind === 'too_many') return place;
    try {
      return await recorded(() => sendOrFail(configured, eventType));
    } finally {
      place.release();
    }
  };
}

function attemptWithinMs({ timeoutMs }: ConfiguredEndpoint['endpoint']): number {
  return timeoutMs + MARGIN_MS;
}

/** By its time it lies apart from other tests in the ledger. */
function testDelivery(of: {
  eventId: string;
  endpointId: string;
  revision: number;
  nowMs: number;
}): Delivery {
  return {
    deliveryId: deliveryId(of.eventId, of.endpointId, 'test'),
    endpointId: of.endpointId,
    eventId: of.eventId,
    step: 0,
    attempts: 0,
    dueAtMs: 0,
    origin: { topic: TEST_TOPIC, partition: 0, offset: of.nowMs },
    cause: 'test',
    configRevision: of.revision,
    traceparent: undefined,
  };
}
