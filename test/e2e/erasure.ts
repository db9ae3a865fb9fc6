import { connectSchemaRegistry } from '@herald/contracts/schema-registry';
import { createPartitionReader } from '@herald/kafka/partition-reader';
import type { Stack } from '@herald/local-stack/stack';
import { createErasureRecorder } from '@herald/registry/erasure-recorder';
import { openErasureTable } from '@herald/registry/erasures';

/** Puts on record that the history of an account was erased days ago; nothing is erased by it. */
export async function recordOldErasure(stack: Stack, accountId: string): Promise<void> {
  const connection = { brokers: stack.brokers, clientId: 'e2e' };
  const source = connectSchemaRegistry({ url: stack.registryUrl });
  const table = await openErasureTable({
    connection,
    source,
    log: { warn: () => {} },
    onFatal(error) {
      throw error;
    },
  });
  const reader = createPartitionReader(connection);
  const recorder = await createErasureRecorder({
    ...{ connection, source, table, reader },
    timeoutMs: 30_000,
    now: () => Date.now() - 2 * 86_400_000,
  });
  const recorded = await recorder.record({ accountId, publicationId: undefined, erasedBy: 'test' });
  if (recorded.kind !== 'recorded') throw new Error(recorded.detail);
  await Promise.all([recorder.close(), table.stop(), reader.close()]);
}

/** Of an account, in a database of the stack's ClickHouse. */
export async function countEvents(stack: Stack, database: string, accountId: string): Promise<number> {
  const query = `SELECT count() FROM ${database}.events WHERE account_id = '${accountId}'`;
  const response = await fetch(`${stack.clickhouseUrl}/?query=${encodeURIComponent(query)}`);
  return Number(await response.text());
}
