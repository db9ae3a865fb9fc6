import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { createTopic, eventually, produceNumbers } from '../test/support.ts';
import { createKafka, type KafkaConnection } from './connection.ts';
import { createPartitionReader, type PartitionReader } from './partition-reader.ts';

const { signal } = new AbortController();
const LOG_APPEND_TIME = { 'message.timestamp.type': 'LogAppendTime' };
let connection: KafkaConnection;
let reader: PartitionReader;

beforeAll(() => {
  connection = { brokers: inject('stack').brokers, clientId: 'partition-reader-test' };
  reader = createPartitionReader(connection);
});
afterAll(() => reader.close());

async function numbersIn(topic: string, from: number, to?: number, maxBytes = 512) {
  const read = await reader.read(
    { topic, partition: 0, from, ...(to === undefined ? {} : { to }), maxBytes },
    signal,
  );
  if (read.kind !== 'records') throw new Error(`the records are ${read.kind}`);
  return { ...read, numbers: read.records.map(({ value }) => Number(value)) };
}

test('a range is read in bounded looks, each record once, and the end is told', async () => {
  const topic = await createTopic(connection, { partitions: 1 });
  for (let n = 0; n < 10; n++) {
    await produceNumbers(connection, topic, { from: n * 20, to: (n + 1) * 20, partitions: 1 });
  }
  const numbers: number[] = [];
  let looks = 0;
  for (let at = 50; at < 150; looks++) {
    const read = await numbersIn(topic, at, 150);
    expect(read.nextOffset).toBeGreaterThan(at);
    numbers.push(...read.numbers);
    at = read.nextOffset;
  }
  expect(numbers).toEqual(Array.from({ length: 100 }, (_, n) => 50 + n));
  expect(looks).toBeGreaterThan(2);
  expect(await numbersIn(topic, 200)).toMatchObject({ numbers: [], nextOffset: 200, endOffset: 200 });
  expect(await reader.bounds(topic, signal)).toEqual(new Map([[0, { lowOffset: 0, endOffset: 200 }]]));
});

test('what is gone is named by where the log begins, and an offset beyond the end is refused', async () => {
  const topic = await createTopic(connection, { partitions: 1 });
  await produceNumbers(connection, topic, { from: 0, to: 50, partitions: 1 });
  const admin = createKafka(connection).admin();
  await admin.connect();
  await admin.fetchTopicOffsets(topic); // loads the metadata that the next call builds on
  await admin.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset: '30' }] });
  await admin.disconnect();
  await eventually(async () => {
    const read = await reader.read({ topic, partition: 0, from: 10, maxBytes: 512 }, signal);
    expect(read).toEqual({ kind: 'expired', lowOffset: 30 });
  });
  await expect(reader.read({ topic, partition: 0, from: 51, maxBytes: 512 }, signal)).rejects.toThrow(
    /ends at 50, before 51/,
  );
});

test('a topic says how long it keeps its records', async () => {
  const topic = await createTopic(connection, { partitions: 1, config: { 'retention.ms': '3600000' } });
  expect(await reader.retentionMs(topic, signal)).toBe(3_600_000);
});

test('a time is told as offsets: the first record from then on, or the end', async () => {
  const topic = await createTopic(connection, { partitions: 1, config: LOG_APPEND_TIME });
  await produceNumbers(connection, topic, { from: 0, to: 5, partitions: 1 });
  for (const timeMs of [0, -1, -2, -62_135_596_800_000]) {
    expect(await reader.offsetsAt(topic, timeMs, signal)).toEqual(new Map([[0, 0]]));
  }
  expect(await reader.offsetsAt(topic, Date.now() + 3_600_000, signal)).toEqual(new Map([[0, 5]]));
});

test('who reads what is committed gets nothing that was aborted, wherever he begins, and nothing of what is open', async () => {
  const topic = await createTopic(connection, { partitions: 1 });
  const kafka = createKafka(connection);
  const producers = [0, 1].map(() =>
    kafka.producer({ transactionalId: randomUUID(), maxInFlightRequests: 1, idempotent: true }),
  );
  await Promise.all(producers.map((producer) => producer.connect()));
  const [first, second] = await Promise.all(producers.map((producer) => producer.transaction()));
  const send = (to: typeof first, number: number) =>
    to!.send({ topic, messages: [{ value: String(number) }] });
  const committed = async (from: number) => {
    const read = await reader.read(
      { topic, partition: 0, from, maxBytes: 4_096, committedOnly: true },
      signal,
    );
    if (read.kind !== 'records') throw new Error(`the records are ${read.kind}`);
    return { numbers: read.records.map(({ value }) => Number(value)), nextOffset: read.nextOffset };
  };
  // Offsets 0 to 3, with the markers that end them at 4 and 5; then one that is committed, and one that is open.
  await send(first, 0);
  await send(second, 1);
  await send(first, 2);
  await send(second, 3);
  await first!.abort();
  await second!.abort();
  const [third, fourth] = await Promise.all(producers.map((producer) => producer.transaction()));
  await send(third, 6);
  await third!.commit();
  await send(fourth, 8);
  await eventually(async () => expect((await committed(0)).nextOffset).toBe(8));

  for (const from of [0, 1, 2, 3]) expect(await committed(from)).toEqual({ numbers: [6], nextOffset: 8 });
  expect(await committed(8)).toEqual({ numbers: [], nextOffset: 8 });
  await fourth!.commit();
  await eventually(async () => expect(await committed(8)).toEqual({ numbers: [8], nextOffset: 10 }));
  expect((await numbersIn(topic, 0, undefined, 4_096)).numbers).toEqual([0, 1, 2, 3, 6, 8]);
  await Promise.all(producers.map((producer) => producer.disconnect()));
});
