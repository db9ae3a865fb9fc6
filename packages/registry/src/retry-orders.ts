import { createEncoder } from '@herald/contracts/codec';
import type * as avro from '@herald/contracts/generated/retry-order';
import type { SchemaSource } from '@herald/contracts/schema-registry';
import { TOPICS } from '@herald/contracts/topics';
import type { BatchingProducer } from '@herald/kafka/batching-producer';
import { openConfigurationTable, type TableOptions } from './configuration-table.ts';
import { parseRetryOrder, type RetryOrder, retryOrderRecordOf, type StandingOrder } from './retry-order.ts';
import { SUBJECTS } from './subjects.ts';

/** The local copy of `herald.retry-orders`: of each endpoint the newest order. */
export interface RetryOrderTable {
  get(endpointId: string): StandingOrder | undefined;
  /** Returns the function that ends the subscription. */
  onChange(listener: (endpointId: string) => void): () => void;
  isFollowing(): boolean;
  stop(): Promise<void>;
}

/** Resolves when the table has read to the end of the topic. */
export async function openRetryOrderTable(options: TableOptions): Promise<RetryOrderTable> {
  const table = await openConfigurationTable<avro.RetryOrder, RetryOrder>(options, {
    topic: TOPICS.retryOrders,
    subjectSchema: SUBJECTS.retryOrders,
    parse: parseRetryOrder,
  });
  return {
    get(endpointId) {
      const entry = table.get(endpointId);
      return entry && { ...entry.value, revision: entry.revision };
    },
    onChange: table.onChange,
    isFollowing: table.isFollowing,
    stop: table.stop,
  };
}

/**
 * An order takes the place of the one before, whatever that was: nothing is decided on what is there, so no writer has
 * to be fenced. Resolves when the order is acknowledged.
 */
export type WriteRetryOrder = (order: RetryOrder) => Promise<void>;

export async function createRetryOrderWriter(options: {
  producer: Pick<BatchingProducer, 'send'>;
  source: SchemaSource;
}): Promise<WriteRetryOrder> {
  const { producer, source } = options;
  const encoder = await createEncoder<avro.RetryOrder>(source, SUBJECTS.retryOrders);
  return (order) =>
    producer.send([
      {
        topic: TOPICS.retryOrders,
        key: order.endpointId,
        value: encoder.encode(retryOrderRecordOf(order)),
      },
    ]);
}

/** Takes the order of an endpoint that is no more out of every dispatcher's memory. Resolves when that is acknowledged. */
export async function forgetRetryOrder(
  producer: Pick<BatchingProducer, 'send'>,
  endpointId: string,
): Promise<void> {
  await producer.send([{ topic: TOPICS.retryOrders, key: endpointId, value: null }]);
}
