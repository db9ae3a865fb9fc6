import { randomUUID } from 'node:crypto';
import { afterEach, describe, expect, inject, test } from 'vitest';
import { createReader, createTopic, eventually, numberOf, type Reader, range } from '../test/support.ts';
import { type BatchingProducer, createBatchingProducer } from './batching-producer.ts';
import { partitionForKey } from './murmur2.ts';
import { applyTopics } from './topics.ts';

const connection = { brokers: inject('stack').brokers, clientId: 'producer-test', logger: { log: () => {} } };
const producers: BatchingProducer[] = [];
const readers: Reader[] = [];

async function open(options: Partial<Parameters<typeof createBatchingProducer>[0]> = {}) {
  const producer = await createBatchingProducer({ connection, ...options });
  producers.push(producer);
  return producer;
}

async function readAll(topic: string): Promise<Reader> {
  const reader = createReader({ connection, groupId: randomUUID(), topics: [topic], windowRecords: 50_000 });
  readers.push(reader);
  await reader.lane.start();
  return reader;
}

const record = (topic: string, n: number, bytes = 0) => {
  const value = Buffer.from(String(n).padStart(bytes, '0'));
  return { topic, partition: 0, key: null, value };
};

afterEach(async () => {
  await Promise.all(producers.splice(0).map((producer) => producer.close()));
  await Promise.all(readers.splice(0).map(({ lane }) => lane.stop()));
});

describe('batching producer', () => {
  /** Longer than a test may take: what is acknowledged has not waited for it. */
  const lingerMs = 600_000;

  test('a lingering record goes along with the next urgent one', async () => {
    const topic = await createTopic(connection, { partitions: 1 });
    const producer = await open({ lingerMs });
    const order: string[] = [];
    const lingering = Promise.withResolvers<void>();
    producer.enqueue(
      [record(topic, 1)],
      () => {
        order.push('lingering');
        lingering.resolve();
      },
      'lingering',
    );
    await producer.send([record(topic, 2)]);
    order.push('urgent');
    await lingering.promise;
    expect(order).toEqual(['lingering', 'urgent']);
  });

  test('a flush waits for no company', async () => {
    const topic = await createTopic(connection, { partitions: 1 });
    const producer = await open({ lingerMs });
    const done = Promise.withResolvers<void>();
    producer.enqueue([record(topic, 1)], () => done.resolve(), 'lingering');
    await producer.flush();
    await done.promise;
  });

  test('a lingering record that nothing follows is written when its time is over', async () => {
    const topic = await createTopic(connection, { partitions: 1 });
    const producer = await open({ lingerMs: 10 });
    const done = Promise.withResolvers<void>();
    producer.enqueue([record(topic, 1)], () => done.resolve(), 'lingering');
    await done.promise;
  });

  test('acknowledges records that belong together when all of them are written, in the order of each partition', async () => {
    const topics = await Promise.all([
      createTopic(connection, { partitions: 3 }),
      createTopic(connection, { partitions: 3 }),
    ]);
    const batches: number[] = [];
    const producer = await open({ onBatch: ({ records }) => batches.push(records) });
    let acknowledged = 0;
    for (const n of range(0, 2_000)) {
      const pair = topics.map((topic) => ({ ...record(topic, n), partition: n % 3 }));
      producer.enqueue(pair, (error) => {
        expect(error).toBeUndefined();
        acknowledged += 1;
      });
    }
    expect(producer.pendingRecords).toBe(4_000);
    await producer.flush();
    expect([acknowledged, producer.pendingRecords]).toEqual([2_000, 0]);
    expect(batches.reduce((sum, records) => sum + records, 0)).toBe(4_000);
    expect(batches.length).toBeLessThan(100);
    for (const topic of topics) {
      const { received } = await readAll(topic);
      await eventually(() => expect(received).toHaveLength(2_000));
      for (const partition of range(0, 3)) {
        const numbers = received.filter((one) => one.partition === partition).map(numberOf);
        expect(numbers).toEqual(range(0, 2_000).filter((n) => n % 3 === partition));
      }
    }
  });

  test('says where a record was written, and chooses the partition by the key as the Java client does', async () => {
    const topic = await createTopic(connection, { partitions: 5 });
    const producer = await open();
    for (const key of ['a', 'publication-7', 'ü']) {
      const partition = partitionForKey(key, 5);
      const first = await producer.sendOne({ topic, key, value: null, headers: { 'delivery-id': 'd' } });
      const second = await producer.sendOne({ topic, key, value: null });
      expect([first.partition, second]).toEqual([partition, { partition, offset: first.offset + 1 }]);
    }
  });

  test('cuts what has gathered in an outage, so that one flush too large for the topic does not jam', async () => {
    const topic = await createTopic(connection, { partitions: 1, config: { 'max.message.bytes': '600000' } });
    const producer = await open();
    await producer.send(range(0, 5_000).map((n) => record(topic, n, 1_000)));
    const { received } = await readAll(topic);
    await eventually(() => expect(received.map(numberOf)).toEqual(range(0, 5_000)));
  });

  test('refuses only the record that its topic can never take; its neighbours are written in order', async () => {
    const topic = await createTopic(connection, { partitions: 1, config: { 'max.message.bytes': '20000' } });
    const producer = await open();
    const refused: number[] = [];
    for (const n of range(0, 300)) {
      producer.enqueue([record(topic, n, n === 123 ? 50_000 : 500)], (error) => {
        if (error) refused.push(n);
      });
    }
    await producer.flush();
    expect(refused).toEqual([123]);
    const { received } = await readAll(topic);
    await eventually(() => expect(received.map(numberOf)).toEqual(range(0, 300).filter((n) => n !== 123)));
    await expect(producer.sendOne(record(topic, 1, 50_000))).rejects.toThrow('MESSAGE_TOO_LARGE');
  });

  test('waits for a topic that is created later; other topics do not wait', async () => {
    const later = `kit-${randomUUID()}`;
    const now = await createTopic(connection, { partitions: 1 });
    const producer = await open();
    const waiting = producer.send([record(later, 1)]);
    await producer.send([record(now, 1)]);
    expect(producer.pendingRecords).toBe(1);
    await applyTopics(connection, [{ name: later, partitions: 1, keyed: true, config: {} }], {
      replicationFactor: 1,
    });
    await waiting;
  });

  test('spreads records without a key', async () => {
    const topic = await createTopic(connection, { partitions: 3 });
    const producer = await open();
    const seen = new Set<number>();
    await eventually(async () => {
      const sent = range(0, 20).map(() => producer.sendOne({ topic, key: null, value: Buffer.from('x') }));
      for (const { partition } of await Promise.all(sent)) seen.add(partition);
      expect(seen.size).toBe(3);
    });
  });

  test('a partition that does not exist is an error of that record alone', async () => {
    const topic = await createTopic(connection, { partitions: 2 });
    const producer = await open();
    await expect(producer.sendOne({ ...record(topic, 1), partition: 7 })).rejects.toThrow(`${topic}:7`);
    await expect(producer.sendOne(record(topic, 1))).resolves.toEqual({ partition: 0, offset: 0 });
  });

  test('closes after everything is acknowledged, and takes nothing afterwards', async () => {
    const topic = await createTopic(connection, { partitions: 1 });
    const producer = await createBatchingProducer({ connection });
    let acknowledged = 0;
    for (const n of range(0, 500)) producer.enqueue([record(topic, n)], () => (acknowledged += 1));
    await producer.close();
    expect(acknowledged).toBe(500);
    await expect(producer.send([record(topic, 1)])).rejects.toThrow('closed');
  });
});
