import { connectSchemaRegistry } from '@herald/contracts/schema-registry';
import { createBatchingProducer } from '@herald/kafka/batching-producer';
import { createPartitionReader } from '@herald/kafka/partition-reader';
import type { Stack } from '@herald/local-stack/stack';
import { createErasureRecorder } from '@herald/registry/erasures';

/** Puts on record that the history of an account was erased days ago; nothing is erased by it. */
export async function recordOldErasure(stack: Stack, accountId: string): Promise<void> {
  const connection = { brokers: stack.brokers, clientId: 'e2e' };
  const producer = await createBatchingProducer({ connection });
  const reader = createPartitionReader(connection);
  const record = await createErasureRecorder({
    producer,
    reader,
    source: connectSchemaRegistry({ url: stack.registryUrl }),
    timeoutMs: 30_000,
    now: () => Date.now() - 2 * 86_400_000,
  });
  await record({ accountId, publicationId: undefined, erasedBy: 'test' });
  await Promise.all([producer.close(), reader.close()]);
}

/** Of an account, in a database of the stack's ClickHouse. */
export async function countEvents(stack: Stack, database: string, accountId: string): Promise<number> {
  const query = `SELECT count() FROM ${database}.events WHERE account_id = '${accountId}'`;
  const response = await fetch(`${stack.clickhouseUrl}/?query=${encodeURIComponent(query)}`);
  return Number(await response.text());
}
