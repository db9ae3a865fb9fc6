import type { DeliverySummary, Scope } from '@herald/clickhouse/history';
import { encodeDeliveryHeaders } from '@herald/contracts/headers';
import { TOPICS } from '@herald/contracts/topics';
import type { Delivery } from '@herald/domain/delivery';
import type { Recorded as RecordedEvent } from '@herald/domain/erasure';
import type { BatchingProducer } from '@herald/kafka/batching-producer';
import { withDeadline } from '../http/with-deadline.ts';
import type { EventBytes } from './redeliver-event.ts';

/** What became of a redelivery that was put on record. */
export type Resent =
  /** Kafka has it: it will be attempted. */
  | { kind: 'queued' }
  /** Not confirmed in time. The same delivery may be sent again: it has the same id. */
  | { kind: 'unavailable'; detail: string };

export type Redelivered =
  | Resent
  /** The account has no such endpoint any more. */
  | { kind: 'endpoint_deleted' }
  /** Neither its topic, nor a dead letter, nor the history has the event any more. */
  | { kind: 'event_gone' }
  /** The history of its publication, or of the account, was erased, which ClickHouse may not have done yet. */
  | { kind: 'erased' };

/** Puts on record that a redelivery is asked for, sends it, and notes what became of it. */
type Recorded = (send: () => Promise<Resent>) => Promise<Resent>;

/**
 * Puts a delivery behind the live ones. `of` is the one whose event is sent again. What is refused is not put on record:
 * whoever asks in a loop would fill it.
 */
export type Redeliver = (
  scope: Scope,
  delivery: Delivery,
  of: DeliverySummary,
  recorded: Recorded,
) => Promise<Redelivered>;

export interface RedeliverOptions {
  eventBytes: EventBytes;
  isErased: (recorded: RecordedEvent) => boolean;
  producer: Pick<BatchingProducer, 'send' | 'pendingRecords'>;
  timeoutMs: number;
  onFailure: (error: unknown) => void;
}

/** The producer never gives a record up: while brokers are away, so many wait and no more are taken. */
const MAX_PENDING_RECORDS = 1_000;

export function createRedeliver(options: RedeliverOptions): Redeliver {
  const { eventBytes, isErased, producer, timeoutMs, onFailure } = options;

  async function send(
    scope: Scope,
    delivery: Delivery,
    of: DeliverySummary,
    recorded: Recorded,
    signal: AbortSignal,
  ): Promise<Redelivered> {
    const { eventId, origin, endpointId } = delivery;
    const dead =
      of.state === 'dead' ? { deliveryId: of.deliveryId, endpointId, diedAtMs: of.updatedAtMs } : undefined;
    const value = await eventBytes(scope, { eventId, origin, dead }, signal);
    if (!value) return { kind: 'event_gone' };
    signal.throwIfAborted();
    const headers = encodeDeliveryHeaders(delivery);
    return recorded(async () => {
      signal.throwIfAborted();
      await producer.send([{ topic: TOPICS.backfill, key: endpointId, value, headers }]);
      return { kind: 'queued' };
    });
  }

  return async (scope, delivery, of, recorded) => {
    const { accountId } = scope;
    if (isErased({ accountId, publicationId: of.publicationId, origin: delivery.origin })) {
      return { kind: 'erased' };
    }
    if (producer.pendingRecords >= MAX_PENDING_RECORDS) {
      return { kind: 'unavailable', detail: `${producer.pendingRecords} records wait for Kafka` };
    }
    const giveUp = new AbortController();
    try {
      return await withDeadline(send(scope, delivery, of, recorded, giveUp.signal), timeoutMs, 'Kafka');
    } catch (error) {
      giveUp.abort(error);
      onFailure(error);
      return { kind: 'unavailable', detail: error instanceof Error ? error.message : String(error) };
    }
  };
}
