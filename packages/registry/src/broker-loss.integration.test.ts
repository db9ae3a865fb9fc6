import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { openCompactedTable } from '@herald/kafka/compacted-table';
import { createKafka } from '@herald/kafka/connection';
import { applyTopics } from '@herald/kafka/topics';
import { type Stack, startStack } from '@herald/local-stack/stack';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { UNAUDITED } from './audit/log.ts';
import { createEditor, type Editor } from './editor.ts';
import { createFencedLog } from './fenced-log.ts';

const topic = 'configuration';
const logger = { log: () => {} };
let stack: Stack;

beforeAll(async () => {
  stack = await startStack({ brokers: 3, components: ['kafka'] });
  const config = { 'cleanup.policy': 'compact', 'min.insync.replicas': '2' };
  const spec = { name: topic, partitions: 1, keyed: true, config };
  await applyTopics({ brokers: stack.brokers, clientId: 'set-up', logger }, [spec], { replicationFactor: 3 });
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
  const editor = createEditor<string[]>({
    log: createFencedLog({ connection, topic, timeoutMs: 5_000 }),
    table,
    encode: (value) => Buffer.from(JSON.stringify(value)),
    audit: UNAUDITED,
    timeoutMs: 120_000,
  });
  return { table, editor };
}

/** As `stack.broker` counts. */
async function leaderOf(name: string): Promise<number> {
  const admin = createKafka({ brokers: stack.brokers, clientId: 'who-leads', logger }).admin();
  await admin.connect();
  const { topics } = await admin.fetchTopicMetadata({ topics: [name] });
  await admin.disconnect();
  return topics[0]!.partitions[0]!.leader - 1;
}

test('with the leader killed, every edit that was answered as written is there, once, and no refused one is', async () => {
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
      const edited = await editor.edit<number>(key, (current) =>
        (current?.revision ?? -1) === expected
          ? { write: [...(current?.value ?? []), mark] }
          : { refuse: current?.revision ?? -1 },
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
  for (const { editor, table } of [...replicas, last]) {
    await editor.close();
    await table.stop();
  }
}, 240_000);
