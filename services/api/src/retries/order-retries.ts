import type { BatchingProducer } from '@herald/kafka/batching-producer';
import type { RetryOrder } from '@herald/registry/retry-order';
import type { WriteRetryOrder } from '@herald/registry/retry-orders';
import { withDeadline } from '../http/with-deadline.ts';

export type RetriesOrdered =
  | { kind: 'ordered' }
  /** The account has no such endpoint. */
  | { kind: 'missing' }
  /** Not confirmed in time; it may still be on record. */
  | { kind: 'unavailable'; detail: string };

export type OrderRetries = (order: RetryOrder) => Promise<RetriesOrdered>;

/** The producer never gives a record up: while brokers are away, so many wait and no more are taken. */
const MAX_PENDING_RECORDS = 1_000;

export function createOrderRetries(options: {
  write: WriteRetryOrder;
  producer: Pick<BatchingProducer, 'pendingRecords'>;
  timeoutMs: number;
}): OrderRetries {
  const { write, producer, timeoutMs } = options;
  return async (order) => {
    if (producer.pendingRecords >= MAX_PENDING_RECORDS) {
      return { kind: 'unavailable', detail: `${producer.pendingRecords} records wait for Kafka` };
    }
    try {
      await withDeadline(write(order), timeoutMs, 'Kafka');
      return { kind: 'ordered' };
    } catch (error) {
      return { kind: 'unavailable', detail: error instanceof Error ? error.message : String(error) };
    }
  };
}
