import type { SchemaSource } from '@herald/contracts/schema-registry';
import { type BatchingProducer, createBatchingProducer } from '@herald/kafka/batching-producer';
import type { KafkaConnection } from '@herald/kafka/connection';
import { endsWithin } from '@herald/kafka/patience';
import { createRetryOrderWriter, type WriteRetryOrder } from '@herald/registry/retry-orders';
import { CommandFailure } from '../failure.ts';

export interface OrderWriter {
  /** Rejects with a CommandFailure where Kafka does not confirm the order in time. */
  write: WriteRetryOrder;
  close(): Promise<void>;
}

const CONFIRMATION_MS = 30_000;

/** Connects with the first order: where nothing waits, there is none. */
export function openOrderWriter(connection: KafkaConnection, source: SchemaSource): OrderWriter {
  let opened: Promise<{ producer: BatchingProducer; write: WriteRetryOrder }> | undefined;
  let isUnconfirmed = false;

  async function open() {
    const producer = await createBatchingProducer({ connection });
    return { producer, write: await createRetryOrderWriter({ producer, source }) };
  }

  return {
    async write(order) {
      opened ??= open();
      const written = opened.then(({ write }) => write(order));
      if (await endsWithin(written, CONFIRMATION_MS)) return;
      isUnconfirmed = true;
      throw new CommandFailure(
        `Kafka has not confirmed the order for ${order.endpointId} in ${CONFIRMATION_MS / 1_000} s. It may still be on record: see herald retries list, or give it again.`,
      );
    },
    async close() {
      // A producer waits for what it has: it would never end.
      if (isUnconfirmed) return;
      const producer = await opened?.then((one) => one.producer).catch(() => undefined);
      await producer?.close();
    },
  };
}
