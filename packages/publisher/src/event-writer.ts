import { createEncoder, type Encoder } from '@herald/contracts/codec';
import { MAX_EVENT_BYTES } from '@herald/contracts/event-size';
import { type PublicationEvent, publicationEventSchema } from '@herald/contracts/generated/publication-event';
import { connectSchemaRegistry } from '@herald/contracts/schema-registry';
import { subjectOf } from '@herald/contracts/schemas';
import { TOPICS } from '@herald/contracts/topics';
import {
  type BatchingProducer,
  createBatchingProducer,
  type FlushedBatch,
} from '@herald/kafka/batching-producer';
import type { KafkaConnection } from '@herald/kafka/connection';
import { bodyBytesOf } from '@herald/kafka/record-batch';
import { createPendingGate } from './pending-gate.ts';
import { type Preparation, type PreparedEvent, prepareEvent } from './prepare-event.ts';
import { PublishError, type UnwritableEvent } from './publish-error.ts';
import type { Published } from './published.ts';

/** The two halves of publishing, apart: what is wrong with an event is known before any of its company is written. */
export interface EventWriter {
  /** Without I/O. `traceparent` becomes a header of the record. */
  prepare(input: unknown, traceparent: string | undefined): Preparation;
  /**
   * Resolves when all are on record, in the order given; those of one publication keep their order. Waits while
   * `maxPendingRecords` are under way, and as long as Kafka is away.
   * @throws PublishError `closed` or `unwritable`
   */
  write(events: readonly PreparedEvent[]): Promise<Published[]>;
  /** Handed over and not on record yet. */
  readonly pendingRecords: number;
  /** Resolves when all that was handed over before is on record. */
  flush(): Promise<void>;
  /** Takes nothing more, flushes, disconnects. */
  close(): Promise<void>;
}

export interface EventWriterOptions {
  brokers: string[];
  /** Address of the schema registry's Confluent API, e.g. `http://127.0.0.1:8081/apis/ccompat/v7`. */
  registry: string;
  /** Shown in Kafka's logs, default `herald-publisher`. */
  clientId?: string;
  ssl?: KafkaConnection['ssl'];
  sasl?: KafkaConnection['sasl'];
  /** Where the Kafka client's own lines go; without one, its warnings and errors go to the console. */
  logger?: KafkaConnection['logger'];
  /** Events under way at most; more wait in `publish`. Default 10,000. */
  maxPendingRecords?: number;
  /**
   * Bytes of one event's record, at most; a larger one is refused before anything is written. Default and maximum
   * 524,288, which is what routing takes. Lower it where the topic's `max.message.bytes` is lower.
   */
  maxEventBytes?: number;
  /** Called after each acknowledged batch, for metrics. */
  onBatch?: (batch: FlushedBatch) => void;
}

const DEFAULT_MAX_PENDING_RECORDS = 10_000;

/**
 * Connects, and looks up the id of the event's schema once: from then on the registry is not needed. Rejects where
 * either is away, or where the schema is not registered (a publisher never registers one).
 * @throws RangeError where `maxEventBytes` is above what is routed
 */
export async function createEventWriter(options: EventWriterOptions): Promise<EventWriter> {
  const { brokers, registry, clientId = 'herald-publisher', ssl, sasl, logger, onBatch } = options;
  const { maxEventBytes = MAX_EVENT_BYTES } = options;
  if (!(maxEventBytes <= MAX_EVENT_BYTES)) {
    throw new RangeError(
      `maxEventBytes is ${maxEventBytes}: give at most ${MAX_EVENT_BYTES}, larger events are not routed.`,
    );
  }
  const encoder = await createEncoder<PublicationEvent>(connectSchemaRegistry({ url: registry }), {
    subject: subjectOf(TOPICS.events),
    schema: publicationEventSchema,
  });
  const producer = await createBatchingProducer({
    connection: { brokers, clientId, ...given({ ssl, sasl, logger }) },
    ...given({ onBatch }),
  });
  return writerOver(producer, encoder, {
    maxPendingRecords: options.maxPendingRecords ?? DEFAULT_MAX_PENDING_RECORDS,
    maxEventBytes,
  });
}

function writerOver(
  producer: BatchingProducer,
  encoder: Encoder<PublicationEvent>,
  bounds: { maxPendingRecords: number; maxEventBytes: number },
): EventWriter {
  const gate = createPendingGate(bounds.maxPendingRecords);
  const underWay = new Set<Promise<unknown>>();
  let pendingRecords = 0;
  let closed = false;

  async function writeAll(events: readonly PreparedEvent[]): Promise<Published[]> {
    await gate.enter(events.length);
    try {
      const settled = await Promise.allSettled(events.map(({ record }) => producer.sendOne(record)));
      return allOnRecord(events, settled);
    } finally {
      gate.leave(events.length);
    }
  }

  async function write(events: readonly PreparedEvent[]): Promise<Published[]> {
    if (closed) throw new PublishError({ kind: 'closed' });
    pendingRecords += events.length;
    const writing = writeAll(events);
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
    prepare(input, traceparent) {
      return prepareEvent(input, traceparent, { encoder, maxEventBytes: bounds.maxEventBytes });
    },
    write,
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

/** @throws PublishError where a record was refused, with all of them and what is on record in spite of it. */
function allOnRecord(
  events: readonly PreparedEvent[],
  settled: readonly PromiseSettledResult<{ partition: number; offset: number }>[],
): Published[] {
  const published: Published[] = [];
  const refused: UnwritableEvent[] = [];
  settled.forEach((result, index) => {
    const { eventId, record } = events[index] as PreparedEvent;
    if (result.status === 'fulfilled') {
      published.push({ event_id: eventId, topic: record.topic, ...result.value });
    } else {
      const bytes = bodyBytesOf(record);
      refused.push({ index, event_id: eventId, bytes, cause: result.reason as Error });
    }
  });
  if (refused.length > 0) throw new PublishError({ kind: 'unwritable', refused, published });
  return published;
}

/** Without the members that are undefined. */
function given<T extends object>(members: T): { [K in keyof T]?: NonNullable<T[K]> } {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: NonNullable<T[K]>;
  };
}
