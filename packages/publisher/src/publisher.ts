import { randomUUIDv7 } from 'node:crypto';
import { createEncoder, type Encoder } from '@herald/contracts/codec';
import { type PublicationEvent, publicationEventSchema } from '@herald/contracts/generated/publication-event';
import { connectSchemaRegistry } from '@herald/contracts/schema-registry';
import { subjectOf } from '@herald/contracts/schemas';
import { TOPICS } from '@herald/contracts/topics';
import type { Coordinates } from '@herald/domain/coordinates';
import {
  type BatchingProducer,
  createBatchingProducer,
  type FlushedBatch,
} from '@herald/kafka/batching-producer';
import type { KafkaConnection } from '@herald/kafka/connection';
import type { OutgoingRecord } from '@herald/kafka/record';
import type { EventInput } from './event-input.ts';
import { parseEvent } from './parse-event.ts';
import { createPendingGate } from './pending-gate.ts';
import { PublishError, type RefusedEvent } from './publish-error.ts';

/** An event that is on record: acknowledged by all in-sync replicas. */
export interface Published extends Coordinates {
  event_id: string;
}

export interface PublishOptions {
  /** W3C Trace Context of the call that caused the event; it reaches the receiver untouched. */
  traceparent?: string;
}

export interface Publisher {
  /**
   * Resolves only when the event is on record. Waits while `maxPendingRecords` are under way, and as long as Kafka
   * is away: bound the wait on your side and send the same `event_id` again.
   * @throws PublishError
   */
  publish(event: EventInput, options?: PublishOptions): Promise<Published>;
  /**
   * All or none is taken: one invalid event and nothing is written. Events of one publication keep their order.
   * Resolves when all are on record, in the order given.
   * @throws PublishError with every invalid event by its index.
   */
  publishMany(events: readonly EventInput[], options?: PublishOptions): Promise<Published[]>;
  /** Handed over and not on record yet. */
  readonly pendingRecords: number;
  /** Resolves when all that was published before is on record. */
  flush(): Promise<void>;
  /** Takes nothing more, flushes, disconnects. */
  close(): Promise<void>;
}

export interface PublisherOptions {
  brokers: string[];
  /** Address of the schema registry's Confluent API, e.g. `http://127.0.0.1:8081/apis/ccompat/v7`. */
  registry: string;
  /** Shown in Kafka's logs, default `herald-publisher`. */
  clientId?: string;
  ssl?: KafkaConnection['ssl'];
  sasl?: KafkaConnection['sasl'];
  logger?: KafkaConnection['logger'];
  /** Events under way at most; more wait in `publish`. Default 10,000. */
  maxPendingRecords?: number;
  /** Called after each acknowledged batch, for metrics. */
  onBatch?: (batch: FlushedBatch) => void;
}

const DEFAULT_MAX_PENDING_RECORDS = 10_000;

/**
 * Connects, and looks up the id of the event's schema once: from then on the registry is not needed. Rejects where
 * either is away, or where the schema is not registered (a publisher never registers one).
 */
export async function createPublisher(options: PublisherOptions): Promise<Publisher> {
  const { brokers, registry, clientId = 'herald-publisher', ssl, sasl, logger, onBatch } = options;
  const encoder = await createEncoder<PublicationEvent>(connectSchemaRegistry({ url: registry }), {
    subject: subjectOf(TOPICS.events),
    schema: publicationEventSchema,
  });
  const producer = await createBatchingProducer({
    connection: { brokers, clientId, ...given({ ssl, sasl, logger }) },
    ...given({ onBatch }),
  });
  return publisherOver(producer, encoder, options.maxPendingRecords ?? DEFAULT_MAX_PENDING_RECORDS);
}

function publisherOver(
  producer: BatchingProducer,
  encoder: Encoder<PublicationEvent>,
  maxPendingRecords: number,
): Publisher {
  const gate = createPendingGate(maxPendingRecords);
  const underWay = new Set<Promise<unknown>>();
  let pendingRecords = 0;
  let closed = false;

  async function write(events: PublicationEvent[], traceparent: string | undefined): Promise<Published[]> {
    await gate.enter(events.length);
    try {
      return await Promise.all(
        events.map(async (event) => {
          const at = await producer.sendOne(recordOf(event, encoder, traceparent));
          return { event_id: event.event_id, topic: TOPICS.events, ...at };
        }),
      );
    } catch (error) {
      throw new PublishError({ kind: 'unwritable', cause: error as Error });
    } finally {
      gate.leave(events.length);
    }
  }

  async function publishMany(
    inputs: readonly EventInput[],
    options: PublishOptions = {},
  ): Promise<Published[]> {
    if (closed) throw new PublishError({ kind: 'closed' });
    const events = eventsOf(inputs);
    pendingRecords += events.length;
    const writing = write(events, options.traceparent);
    underWay.add(writing);
    try {
      return await writing;
    } finally {
      underWay.delete(writing);
      pendingRecords -= events.length;
    }
  }

  const flush = async () => {
    await Promise.allSettled(underWay);
  };

  return {
    publishMany,
    async publish(event, options) {
      return (await publishMany([event], options))[0] as Published;
    },
    get pendingRecords() {
      return pendingRecords;
    },
    flush,
    async close() {
      closed = true;
      await flush();
      await producer.close();
    },
  };
}

function eventsOf(inputs: readonly EventInput[]): PublicationEvent[] {
  const refused: RefusedEvent[] = [];
  const events: PublicationEvent[] = [];
  inputs.forEach((input, index) => {
    const parsed = parseEvent(input, randomUUIDv7);
    if (parsed.ok) events.push(parsed.event);
    else refused.push({ index, problems: parsed.problems });
  });
  if (refused.length > 0) throw new PublishError({ kind: 'invalid', refused });
  return events;
}

function recordOf(
  event: PublicationEvent,
  encoder: Encoder<PublicationEvent>,
  traceparent: string | undefined,
): OutgoingRecord {
  return {
    topic: TOPICS.events,
    key: event.publication_id,
    value: encoder.encode(event),
    ...(traceparent === undefined ? {} : { headers: { traceparent } }),
  };
}

/** Without the members that are undefined. */
function given<T extends object>(members: T): { [K in keyof T]?: NonNullable<T[K]> } {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: NonNullable<T[K]>;
  };
}
