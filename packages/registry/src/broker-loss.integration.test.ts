import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { createDecoder } from '@herald/contracts/codec';
import { type AuditRecord, auditRecordSchema } from '@herald/contracts/generated/audit-record';
import type { SchemaSource } from '@herald/contracts/schema-registry';
import { TOPICS } from '@herald/contracts/topics';
import { openCompactedTable } from '@herald/kafka/compacted-table';
import { createKafka } from '@herald/kafka/connection';
import { createPartitionReader } from '@herald/kafka/partition-reader';
import { applyTopics } from '@herald/kafka/topics';
import { type Stack, startStack } from '@herald/local-stack/stack';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { operator } from './audit/entry.ts';
import { openAuditLog } from './audit/log.ts';
import { createEditor, type Editor } from './editor.ts';
import { createFencedLog } from './fenced-log.ts';
import { SUBJECTS } from './subjects.ts';

const topic = 'configuration';
const logger = { log: () => {} };
/** A registry that has the schema of the audit alone. */
const source: SchemaSource = {
  idOf: async () => 1,
  schemaById: async () => ({ kind: 'schema', schema: auditRecordSchema }),
};
let stack: Stack;

beforeAll(async () => {
  stack = await startStack({ brokers: 3, components: ['kafka'] });
  const specOf = (name: string, policy: string) => ({
    ...{ name, partitions: 1, keyed: true },
    config: { 'cleanup.policy': policy, 'min.insync.replicas': '2' },
  });
  const specs = [specOf(topic, 'compact'), specOf(TOPICS.audit, 'delete')];
  await applyTopics({ brokers: stack.brokers, clientId: 'set-up', logger }, specs, { replicationFactor: 3 });
}, 180_000);

afterAll(() => stack?.stop(), 60_000);

/** One replica: its own table and its own editor. */
async function openReplica(clientId: string) {
  const connection = { brokers: stack.brokers, clientId, logger };
  const table = await openCompactedTable<string[]>({
    connection,
    topic,
    decode: (_, value) => ({ ok: true, value: JSON.parse(value.toString()) as string[] }),
    onUndecodable: () => {},
    onFatal: (error) => {
      throw error;
    },
  });
  const audit = await openAuditLog({ connection, source, timeoutMs: 5_000 });
  const editor = createEditor<string[]>({
    log: createFencedLog({ connection, topic, timeoutMs: 5_000 }),
    table,
    encode: (value) => Buffer.from(JSON.stringify(value)),
    audit,
    timeoutMs: 120_000,
  });
  return { table, editor, audit };
}

/** What the audit says that was about to be written: the last mark of each. */
async function auditedMarks(): Promise<Set<unknown>> {
  const reader = createPartitionReader({ brokers: stack.brokers, clientId: 'auditor', logger });
  const decoder = createDecoder<AuditRecord>({ source, subjectSchema: SUBJECTS.audit });
  const { signal } = new AbortController();
  const { endOffset } = (await reader.bounds(TOPICS.audit, signal)).get(0)!;
  const marks = new Set<unknown>();
  for (let from = 0; from < endOffset; ) {
    const range = { topic: TOPICS.audit, partition: 0, from, maxBytes: 4 * 1024 * 1024 };
    const read = await reader.read(range, signal);
    if (read.kind === 'expired') throw new Error('the audit is gone');
    for (const { value } of read.records) {
      const decoded = await decoder.decode(value);
      if (decoded.ok) marks.add(JSON.parse(decoded.value.after ?? 'null').mark);
    }
    from = read.nextOffset;
  }
  await reader.close();
  return marks;
}

/** As `stack.broker` counts. */
async function leaderOf(name: string): Promise<number> {
  const admin = createKafka({ brokers: stack.brokers, clientId: 'who-leads', logger }).admin();
  await admin.connect();
  const { topics } = await admin.fetchTopicMetadata({ topics: [name] });
  await admin.disconnect();
  return topics[0]!.partitions[0]!.leader - 1;
}

test('with the leader killed, every edit that was answered as written is there, once, and in the audit, and no refused one is', async () => {
  const replicas = await Promise.all(['a', 'b'].map(openReplica));
  const keys = ['one', 'two', 'three'];
  const written: string[] = [];
  const refused: string[] = [];
  let editing = true;

  /** Adds its own mark to what it last read, as PATCH with If-Match does. */
  async function keepEditing(editor: Editor<string[]>, key: string): Promise<void> {
    let expected = -1;
    while (editing) {
      const mark = `${key}-${randomUUID()}`;
      const edited = await editor.edit<number>(
        key,
        (current) =>
          (current?.revision ?? -1) === expected
            ? { write: [...(current?.value ?? []), mark] }
            : { refuse: current?.revision ?? -1 },
        (_, after) => ({
          accountId: 'acc_1',
          asker: operator('test'),
          action: 'endpoint.updated',
          subject: { kind: 'endpoint', id: key },
          after: { mark: after?.at(-1) },
        }),
      );
      if (edited.kind === 'unavailable') throw new Error(edited.detail);
      (edited.kind === 'written' ? written : refused).push(mark);
      expected = edited.kind === 'written' ? edited.revision : edited.refusal;
      await delay(20);
    }
  }

  const editors = Promise.all(replicas.flatMap(({ editor }) => keys.map((key) => keepEditing(editor, key))));
  await expect.poll(() => written.length, { timeout: 60_000 }).toBeGreaterThan(20);
  await stack.broker(await leaderOf(topic)).kill9();
  const before = written.length;
  await expect.poll(() => written.length, { timeout: 120_000 }).toBeGreaterThan(before + 20);
  editing = false;
  await editors;

  const last = await openReplica('reader');
  const onRecord = keys.flatMap((key) => last.table.get(key)?.value ?? []);
  expect(onRecord.toSorted()).toEqual(written.toSorted());
  expect(refused.length).toBeGreaterThan(0);
  const audited = await auditedMarks();
  expect(written.filter((mark) => !audited.has(mark))).toEqual([]);
  for (const { editor, table, audit } of [...replicas, last]) {
    await editor.close();
    await audit.close();
    await table.stop();
  }
}, 240_000);
