import type { SchemaSource } from '@herald/contracts/schema-registry';
import { type BatchingProducer, createBatchingProducer } from '@herald/kafka/batching-producer';
import type { KafkaConnection } from '@herald/kafka/connection';
import { endsWithin } from '@herald/kafka/patience';
import { createAudited } from '@herald/registry/audit/audited';
import { createAuditLog } from '@herald/registry/audit/log';
import { orderAsked } from '@herald/registry/audit/orders-asked';
import { createRetryOrderWriter, type WriteRetryOrder } from '@herald/registry/retry-orders';
import { currentOperator } from '../current-operator.ts';
import { CommandFailure } from '../failure.ts';

export interface OrderWriter {
  /** Rejects with a CommandFailure where Kafka does not confirm the order, or its audit record before it, in time. */
  write: WriteRetryOrder;
  close(): Promise<void>;
}

const CONFIRMATION_MS = 30_000;
/** Longer than the whole is waited for. */
const AUDIT_TIMEOUT_MS = 2 * CONFIRMATION_MS;

/** Connects with the first order: where nothing waits, there is none. */
export function openOrderWriter(connection: KafkaConnection, source: SchemaSource): OrderWriter {
  let opened: Promise<{ producer: BatchingProducer; write: WriteRetryOrder }> | undefined;
  let isUnconfirmed = false;

  async function open() {
    const producer = await createBatchingProducer({ connection });
    const write = await createRetryOrderWriter({ producer, source });
    const log = await createAuditLog({ producer, source, timeoutMs: AUDIT_TIMEOUT_MS });
    const audited = createAudited(log, Date.now);
    const writeAudited: WriteRetryOrder = async (order) => {
      const ordered = await audited(
        { ...orderAsked(order.endpointId, order), accountId: order.accountId, asker: currentOperator() },
        async () => {
          await write(order);
          return { kind: 'ordered' as const };
        },
        () => 'done',
      );
      if (ordered.kind === 'unavailable') throw new CommandFailure(ordered.detail);
    };
    return { producer, write: writeAudited };
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
