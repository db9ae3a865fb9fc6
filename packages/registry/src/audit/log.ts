import { createEncoder } from '@herald/contracts/codec';
import type { AuditRecord } from '@herald/contracts/generated/audit-record';
import type { SchemaSource } from '@herald/contracts/schema-registry';
import { TOPICS } from '@herald/contracts/topics';
import { type BatchingProducer, createBatchingProducer } from '@herald/kafka/batching-producer';
import type { KafkaConnection } from '@herald/kafka/connection';
import { endsWithin } from '@herald/kafka/patience';
import type { OutgoingRecord } from '@herald/kafka/record';
import { SUBJECTS } from '../subjects.ts';
import type { AuditEntry } from './entry.ts';
import { auditRecordOf } from './record.ts';

/** Where changes are on record before they are made. */
export interface AuditLog {
  /**
   * Resolves when all brokers that count have the entries: only then may the changes be made. Rejects when Kafka does
   * not confirm that in time; the entries may still be on record, as asked for.
   */
  append(entries: readonly AuditEntry[]): Promise<void>;
  /** What became of changes that are on record. Nobody waits for it: while Kafka is away, they stay as asked for. */
  note(entries: readonly AuditEntry[]): void;
}

/** Of a topic that Herald alone writes, for itself. */
export const UNAUDITED: AuditLog = {
  async append(entries) {
    if (entries.length > 0) throw new Error('This topic has no audit, but somebody asked for an edit of it');
  },
  note() {},
};

export interface AuditLogOptions {
  producer: Pick<BatchingProducer, 'send' | 'enqueue' | 'pendingRecords'>;
  source: SchemaSource;
  /** For one append, milliseconds. */
  timeoutMs: number;
}

/** The producer never gives a record up: while brokers are away, so many wait and no more are taken. */
const MAX_PENDING_RECORDS = 2_000;

export async function createAuditLog(options: AuditLogOptions): Promise<AuditLog> {
  const { producer, source, timeoutMs } = options;
  const encoder = await createEncoder<AuditRecord>(source, SUBJECTS.audit);
  const outgoing = (entry: AuditEntry): OutgoingRecord => ({
    topic: TOPICS.audit,
    key: entry.accountId,
    value: encoder.encode(auditRecordOf(entry)),
  });

  return {
    async append(entries) {
      if (entries.length === 0) return;
      if (producer.pendingRecords >= MAX_PENDING_RECORDS) {
        throw new Error(`${producer.pendingRecords} records wait for Kafka`);
      }
      const expired = Promise.withResolvers<never>();
      const timer = setTimeout(
        () => expired.reject(new Error(`Kafka has not confirmed the audit record in ${timeoutMs} ms`)),
        timeoutMs,
      );
      try {
        await Promise.race([producer.send(entries.map(outgoing)), expired.promise]);
      } finally {
        clearTimeout(timer);
      }
    },
    note(entries) {
      if (entries.length === 0 || producer.pendingRecords >= MAX_PENDING_RECORDS) return;
      producer.enqueue(entries.map(outgoing), () => {}, 'lingering');
    },
  };
}

/** With brokers away a producer would wait for ever for what it has. */
const CLOSE_TIMEOUT_MS = 5_000;

/** An audit log with a producer of its own, for who has no other. Closing gives up what Kafka does not confirm in 5 s. */
export async function openAuditLog(options: {
  connection: KafkaConnection;
  source: SchemaSource;
  timeoutMs?: number;
}): Promise<AuditLog & { close(): Promise<void> }> {
  const { connection, source, timeoutMs = 10_000 } = options;
  const producer = await createBatchingProducer({ connection });
  const log = await createAuditLog({ producer, source, timeoutMs });
  return {
    ...log,
    async close() {
      await endsWithin(producer.close(), CLOSE_TIMEOUT_MS);
    },
  };
}
