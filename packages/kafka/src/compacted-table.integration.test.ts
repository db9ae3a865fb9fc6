import { afterEach, describe, expect, inject, test } from 'vitest';
import { createTopic, eventually, range } from '../test/support.ts';
import { createBatchingProducer } from './batching-producer.ts';
import { type CompactedTable, type CompactedTableOptions, openCompactedTable } from './compacted-table.ts';
import { createKafka } from './connection.ts';

const connection = { brokers: inject('stack').brokers, clientId: 'table-test', logger: { log: () => {} } };
const tables: CompactedTable<number>[] = [];

async function open(topic: string, options: Partial<CompactedTableOptions<number>> = {}) {
  const table = await openCompactedTable<number>({
    connection,
    topic,
    decode: (_, value) => {
      const number = Number(value.toString());
      return Number.isNaN(number) ? { ok: false, reason: 'not a number' } : { ok: true, value: number };
    },
    onUndecodable: () => {},
    onFatal: (error) => expect.unreachable(error.message),
    ...options,
  });
  tables.push(table);
  return table;
}

async function put(topic: string, ...entries: [key: string, value: string | null][]): Promise<number> {
  const producer = await createBatchingProducer({ connection });
  let offset = -1;
  for (const [key, value] of entries) {
    ({ offset } = await producer.sendOne({ topic, key, value: value === null ? null : Buffer.from(value) }));
  }
  await producer.close();
  return offset;
}

const contents = (table: CompactedTable<number>) =>
  Object.fromEntries([...table.entries()].map(([key, { value, revision }]) => [key, [value, revision]]));

const compacted = { partitions: 1, config: { 'cleanup.policy': 'compact' } };

afterEach(async () => {
  await Promise.all(tables.splice(0).map((table) => table.stop()));
});

describe('compacted table', () => {
  test('is open when it has read to the end: the last value of each key, with the revision that set it', async () => {
    const topic = await createTopic(connection, compacted);
    await put(topic, ['a', '1'], ['b', '2'], ['a', '3'], ['c', '4'], ['c', null]);
    const table = await open(topic);
    expect(contents(table)).toEqual({ a: [3, 2], b: [2, 1] });
    expect([table.revision, table.get('c'), table.isFollowing()]).toEqual([4, undefined, true]);
  });

  test('opens on an empty topic and follows from its first record', async () => {
    const topic = await createTopic(connection, compacted);
    const table = await open(topic);
    expect(table.revision).toBe(-1);
    const changes: unknown[] = [];
    const unsubscribe = table.onChange((...change) => changes.push([...change, table.get('a')?.value]));
    const revision = await put(topic, ['a', '1'], ['a', null]);
    expect(await table.waitForRevision(revision)).toBe(true);
    expect(changes).toEqual([
      ['a', 1, 0, 1],
      ['a', undefined, 1, undefined],
    ]);
    unsubscribe();
    await table.waitForRevision(await put(topic, ['a', '2']));
    expect(changes).toHaveLength(2);
  });

  test('opens on a topic that has forgotten all that was in it', async () => {
    const topic = await createTopic(connection, {
      partitions: 1,
      config: { 'cleanup.policy': 'compact,delete' },
    });
    const last = await put(topic, ['a', '1'], ['b', '2']);
    const admin = createKafka(connection).admin();
    await admin.connect();
    await admin.fetchTopicOffsets(topic); // kafkajs forgets to load the topic's metadata
    await admin.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset: String(last + 1) }] });
    await admin.disconnect();
    const table = await open(topic);
    expect([table.revision, contents(table)]).toEqual([last, {}]);
    expect(await table.waitForRevision(await put(topic, ['a', '3']))).toBe(true);
    expect(contents(table)).toEqual({ a: [3, last + 1] });
  });

  test('a tombstone of a key that nobody uses is a barrier that nobody hears of', async () => {
    const topic = await createTopic(connection, compacted);
    const table = await open(topic);
    let heard = 0;
    table.onChange(() => heard++);
    const barrier = await put(topic, ['barrier', null]);
    expect(await table.waitForRevision(barrier)).toBe(true);
    expect([heard, table.revision]).toEqual([0, barrier]);
    expect(await table.waitForRevision(barrier + 1, 50)).toBe(false);
  });

  test('reports an undecodable record and keeps the value that the key had', async () => {
    const topic = await createTopic(connection, compacted);
    await put(topic, ['a', '1'], ['a', 'nonsense']);
    const undecodable: unknown[] = [];
    const table = await open(topic, { onUndecodable: (one) => undecodable.push(one) });
    expect(contents(table)).toEqual({ a: [1, 0] });
    expect(undecodable).toEqual([{ key: 'a', revision: 1, reason: 'not a number' }]);
    expect([...table.unreadable.keys()]).toEqual([]);
  });

  test('knows a key by its unreadable record alone, until there is a readable one or a tombstone', async () => {
    const topic = await createTopic(connection, compacted);
    await put(topic, ['a', 'nonsense'], ['b', 'nonsense'], ['c', 'nonsense']);
    const table = await open(topic);
    const entry = (revision: number) => ({ revision, reason: 'not a number', certain: undefined });
    expect([...table.unreadable]).toEqual([
      ['a', entry(0)],
      ['b', entry(1)],
      ['c', entry(2)],
    ]);
    const heard: string[] = [];
    table.onChange((key, value) => heard.push(`${key} ${value}`));
    await table.waitForRevision(await put(topic, ['a', '1'], ['b', null]));
    expect([...table.unreadable.keys()]).toEqual(['c']);
    expect(heard).toEqual(['a 1', 'b undefined']);
  });

  test('stalls while decoding is not possible, and skips nothing', async () => {
    const topic = await createTopic(connection, compacted);
    await put(topic, ['a', '1'], ['b', '2']);
    let failures = 3;
    const table = await open(topic, {
      decode: async (_, value) => {
        if (failures-- > 0) throw new Error('the schema registry is down');
        return { ok: true, value: Number(value.toString()) };
      },
    });
    expect(contents(table)).toEqual({ a: [1, 0], b: [2, 1] });
  });

  test('reads on over what compaction has removed', async () => {
    const topic = await createTopic(connection, {
      partitions: 1,
      config: {
        'cleanup.policy': 'compact',
        'segment.ms': '100',
        'min.cleanable.dirty.ratio': '0.01',
        'max.compaction.lag.ms': '100',
        'delete.retention.ms': '0',
      },
    });
    await put(topic, ...range(0, 50).map((n): [string, string] => ['a', String(n)]));
    const early = await open(topic);
    await eventually(async () => {
      // Only a segment that is no longer written to is compacted.
      const last = await put(topic, ['b', '1']);
      let records = 0;
      const late = await open(topic, {
        decode: (_, value) => {
          records += 1;
          return { ok: true, value: Number(value.toString()) };
        },
      });
      for (const table of [early, late]) {
        expect(await table.waitForRevision(last)).toBe(true);
        expect(contents(table)).toEqual({ a: [49, 49], b: [1, last] });
      }
      expect(records).toBeLessThan(50);
    }, 50_000);
  });

  test('refuses a topic of several partitions: their offsets are not in one order', async () => {
    const topic = await createTopic(connection, { partitions: 2 });
    await expect(open(topic)).rejects.toThrow('2 partitions');
  });
});
