import { createDecoder } from '@herald/contracts/codec';
import { type AuditRecord, auditRecordSchema } from '@herald/contracts/generated/audit-record';
import { connectSchemaRegistry } from '@herald/contracts/schema-registry';
import { subjectOf } from '@herald/contracts/schemas';
import { TOPICS } from '@herald/contracts/topics';
import { createPartitionReader } from '@herald/kafka/partition-reader';
import type { ProvidedContext } from 'vitest';

const LOOK_BYTES = 16 * 1024 * 1024;

/** All that is in the topic of the audit now. */
export async function readAudit(stack: ProvidedContext['stack']): Promise<AuditRecord[]> {
  const reader = createPartitionReader({ brokers: stack.brokers, clientId: 'audit-test' });
  const decoder = createDecoder<AuditRecord>({
    source: connectSchemaRegistry({ url: stack.registryUrl }),
    subjectSchema: { subject: subjectOf(TOPICS.audit), schema: auditRecordSchema },
  });
  const { signal } = new AbortController();
  const found: AuditRecord[] = [];
  try {
    for (const [partition, { lowOffset, endOffset }] of await reader.bounds(TOPICS.audit, signal)) {
      for (let from = lowOffset; from < endOffset; ) {
        const range = { topic: TOPICS.audit, partition, from, to: endOffset, maxBytes: LOOK_BYTES };
        const read = await reader.read(range, signal);
        if (read.kind === 'expired') throw new Error('The audit is gone');
        for (const { value } of read.records) {
          const decoded = await decoder.decode(value);
          if (decoded.ok) found.push(decoded.value);
        }
        from = read.nextOffset;
      }
    }
    return found;
  } finally {
    await reader.close();
  }
}
