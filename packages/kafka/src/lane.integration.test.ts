import { randomUUID } from 'node:crypto';
import { Partitioners } from 'kafkajs';
import { afterEach, describe, expect, inject, test } from 'vitest';
import {
  committedOf,
  createReader,
  createTopic,
  eventually,
  numberOf,
  produceNumbers,
  type Reader,
  range,
  SlowWork,
} from '../test/support.ts';
import { decodeCompletions } from './completions.ts';
import { createKafka } from './connection.ts';
import type { LaneRecord } from './record.ts';
import type { Gap } from './restore.ts';

const connection = { brokers: inject('stack').brokers, clientId: 'lane-test', logger: { log: () => {} } };
const readers: Reader[] = [];

function reader(options: Omit<Parameters<typeof createReader>[0], 'connection'>): Reader {
  const created = createReader({ connection, ...options });
  readers.push(created);
  return created;
}

afterEach(async () => {
  await Promise.all(readers.splice(0).map(({ lane }) => lane.stop()));
});

describe('lane', () => {
  test('hands over every record once, in offset order, and commits all of it', async () => {
    const topic = await createTopic(connection, { partitions: 3 });
    const groupId = randomUUID();
    await produceNumbers(connection, topic, { from: 0, to: 3_000, partitions: 3 });
    const { lane, received, numbers } = reader({ groupId, topics: [topic] });
    await lane.start();
    await eventually(() => expect(received).toHaveLength(3_000));
    expect(numbers()).toEqual(range(0, 3_000));
    for (const partition of range(0, 3)) {
      const offsets = received.filter((record) => record.partition === partition).map(({ offset }) => offset);
      expect(offsets).toEqual(range(0, 1_000));
    }
    expect(lane.lag().map(({ lagRecords }) => lagRecords)).toEqual([0, 0, 0]);
    await eventually(async () => {
      expect(await committedOf(connection, groupId, topic)).toEqual({ offset: 1_000, metadata: null });
    });
    expect(lane.healthy()).toBe(true);
  });

  test('starts on an empty topic and gets the record at offset 0', async () => {
    const topic = await createTopic(connection, { partitions: 2 });
    const { lane, received } = reader({ groupId: randomUUID(), topics: [topic] });
    await lane.start();
    expect(lane.assigned()).toHaveLength(2);
    await produceNumbers(connection, topic, { from: 7, to: 8, partitions: 2 });
    await eventually(() => expect(received.map(({ offset }) => offset)).toEqual([0]));
  });

  test('a topic that does not exist is an error that names it', async () => {
    const { lane } = reader({ groupId: randomUUID(), topics: ['kit-no-such-topic'] });
    await expect(lane.start()).rejects.toThrow('kit-no-such-topic');
  });

  test('a restart sends nothing again that was complete, although the low-water mark is behind it', async () => {
    const topic = await createTopic(connection, { partitions: 1 });
    const groupId = randomUUID();
    await produceNumbers(connection, topic, { from: 0, to: 500, partitions: 1 });
    const open = (record: LaneRecord) => numberOf(record) % 100 === 10;
    const before = reader({
      groupId,
      topics: [topic],
      work: (record, lane) => open(record) || lane.complete(record),
    });
    await before.lane.start();
    await eventually(() => expect(before.received).toHaveLength(500));
    await before.lane.stop();
    expect((await committedOf(connection, groupId, topic)).offset).toBe(10);

    const after = reader({ groupId, topics: [topic] });
    await after.lane.start();
    await eventually(() => expect(after.numbers()).toEqual([10, 110, 210, 310, 410]));
    await produceNumbers(connection, topic, { from: 500, to: 501, partitions: 1 });
    await eventually(() => expect(after.numbers()).toEqual([10, 110, 210, 310, 410, 500]));
  });

  test('scattered completions fill the commit metadata to its limit; what is cut is sent again, none is lost', async () => {
    const topic = await createTopic(connection, { partitions: 1 });
    const groupId = randomUUID();
    await produceNumbers(connection, topic, { from: 0, to: 10_000, partitions: 1 });
    const isEven = (record: LaneRecord) => numberOf(record) % 2 === 0;
    const before = reader({
      groupId,
      topics: [topic],
      windowRecords: 10_000,
      work: (record, lane) => isEven(record) || lane.complete(record),
    });
    await before.lane.start();
    await eventually(() => expect(before.received).toHaveLength(10_000));
    await before.lane.stop();
    const { offset, metadata } = await committedOf(connection, groupId, topic);
    expect(offset).toBe(0);
    expect(metadata!.length).toBeGreaterThan(4_000);
    const kept = decodeCompletions(offset, metadata).length;

    const after = reader({ groupId, topics: [topic], windowRecords: 10_000 });
    await after.lane.start();
    const expected = range(0, 10_000).filter((n) => n % 2 === 0 || n > 2 * kept);
    await eventually(() => expect(after.numbers()).toEqual(expected));
  });

  test('a graceful stop under load sends nothing again and leaves nothing out', async () => {
    const topic = await createTopic(connection, { partitions: 4 });
    const groupId = randomUUID();
    await produceNumbers(connection, topic, { from: 0, to: 4_000, partitions: 4 });
    const started: number[] = [];
    for (let run = 0; run < 4; run++) {
      const work = new SlowWork();
      const { lane, received } = reader({
        groupId,
        topics: [topic],
        windowRecords: 100,
        work: (record, its) => work.start(record, () => its.complete(record)),
        suspend: () => work.suspend(),
      });
      await lane.start();
      await eventually(() => expect(received.length).toBeGreaterThan(300));
      await lane.stop();
      started.push(...work.started);
    }
    const last = reader({ groupId, topics: [topic] });
    await last.lane.start();
    const all = () => [...started, ...last.numbers()].sort((a, b) => a - b);
    await eventually(() => expect(all().length).toBeGreaterThanOrEqual(4_000));
    expect(all()).toEqual(range(0, 4_000));
  });

  test('does not take more than its window, and goes on at half of it', async () => {
    const topic = await createTopic(connection, { partitions: 1 });
    await produceNumbers(connection, topic, { from: 0, to: 1_000, partitions: 1 });
    const open: LaneRecord[] = [];
    const { lane, received } = reader({
      groupId: randomUUID(),
      topics: [topic],
      windowRecords: 50,
      work: (record) => open.push(record),
    });
    await lane.start();
    await eventually(() => expect(lane.windows()).toMatchObject([{ records: 50, paused: true }]));
    for (const record of open.splice(0, 24)) lane.complete(record);
    expect(lane.windows()).toMatchObject([{ records: 26, paused: true }]);
    lane.complete(open.shift()!);
    expect(lane.windows()[0]!.paused).toBe(false);
    await eventually(() => expect(received).toHaveLength(75));
    await eventually(() => expect(lane.lag()).toMatchObject([{ lagRecords: 975 }]));
  });

  test('is stopped whole by pause and goes on where it was', async () => {
    const topic = await createTopic(connection, { partitions: 2 });
    const { lane, received, numbers } = reader({ groupId: randomUUID(), topics: [topic] });
    await lane.start();
    lane.pause();
    expect(lane.windows().every(({ paused }) => paused)).toBe(true);
    await produceNumbers(connection, topic, { from: 0, to: 10, partitions: 2 });
    expect(received).toEqual([]);
    lane.resume();
    await eventually(() => expect(numbers()).toEqual(range(0, 10)));
  });

  test('an exception of the handler is fatal once and loud, and the record is not complete', async () => {
    const topic = await createTopic(connection, { partitions: 1 });
    const groupId = randomUUID();
    await produceNumbers(connection, topic, { from: 0, to: 100, partitions: 1 });
    const { lane, received, errors } = reader({
      groupId,
      topics: [topic],
      work: (record, its) => {
        if (numberOf(record) === 40) throw new TypeError('a bug');
        its.complete(record);
      },
    });
    const failed = lane.start();
    await eventually(() => expect(errors).toHaveLength(1));
    await failed.catch(() => {});
    expect(errors[0]!.message).toContain(`${topic}:0:40`);
    expect(errors[0]!.cause).toBeInstanceOf(TypeError);
    expect(received).toHaveLength(41);
    expect(lane.healthy()).toBe(false);
    await lane.stop();
    expect((await committedOf(connection, groupId, topic)).offset).toBe(40);
  });

  test('a group that it cannot join is fatal, and said so', async () => {
    const topic = await createTopic(connection, { partitions: 1 });
    const groupId = randomUUID();
    const foreign = createKafka(connection).consumer({ groupId });
    await foreign.connect();
    await foreign.subscribe({ topics: [topic] });
    await foreign.run({ eachMessage: async () => {} });
    const { lane, errors } = reader({ groupId, topics: [topic] });
    await expect(lane.start()).rejects.toThrow(groupId);
    expect(errors).toHaveLength(1);
    expect(lane.healthy()).toBe(false);
    await foreign.disconnect();
  });

  test('passes what a transaction left behind: markers, and records that were aborted', async () => {
    const topic = await createTopic(connection, { partitions: 1 });
    const groupId = randomUUID();
    const producer = createKafka(connection).producer({
      transactionalId: randomUUID(),
      maxInFlightRequests: 1,
      idempotent: true,
      createPartitioner: Partitioners.DefaultPartitioner,
    });
    await producer.connect();
    const { lane, numbers } = reader({ groupId, topics: [topic] });
    await lane.start();
    for (const batch of range(0, 6)) {
      const transaction = await producer.transaction();
      await transaction.send({ topic, messages: range(0, 3).map((i) => ({ value: String(batch * 3 + i) })) });
      if (batch % 2 === 0) await transaction.commit();
      else await transaction.abort();
    }
    await producer.disconnect();
    await eventually(() => expect(numbers()).toEqual([0, 1, 2, 6, 7, 8, 12, 13, 14]));
    await eventually(() => expect(lane.lag()).toMatchObject([{ lagRecords: 0 }]));
    await eventually(async () => expect((await committedOf(connection, groupId, topic)).offset).toBe(24));
  });

  test.each(['gzip', 'snappy', 'lz4', 'zstd'])('reads what the broker has stored in %s', async (codec) => {
    const topic = await createTopic(connection, { partitions: 1, config: { 'compression.type': codec } });
    await produceNumbers(connection, topic, { from: 0, to: 5_000, partitions: 1 });
    const { lane, numbers } = reader({ groupId: randomUUID(), topics: [topic], windowRecords: 10_000 });
    await lane.start();
    await eventually(() => expect(numbers()).toEqual(range(0, 5_000)));
  });

  test('records that expired before they were received are reported, and the rest is received', async () => {
    const topic = await createTopic(connection, { partitions: 1 });
    const groupId = randomUUID();
    await produceNumbers(connection, topic, { from: 0, to: 100, partitions: 1 });
    const gaps: Gap[] = [];
    const first = reader({ groupId, topics: [topic], windowRecords: 10, work: () => {} });
    await first.lane.start();
    await eventually(() => expect(first.received).toHaveLength(10));
    for (const record of first.received) first.lane.complete(record);
    await first.lane.stop();
    expect((await committedOf(connection, groupId, topic)).offset).toBe(10);
    await deleteRecordsBefore(topic, 60);

    const second = reader({ groupId, topics: [topic], onGap: (gap) => gaps.push(gap) });
    await second.lane.start();
    await eventually(() => expect(second.numbers()).toEqual(range(60, 100)));
    expect(gaps).toEqual([{ topic, partition: 0, from: 10, to: 60, reason: 'expired' }]);

    second.lane.pause();
    await eventually(() => expect(second.lane.windows()).toMatchObject([{ paused: true }]));
    await produceNumbers(connection, topic, { from: 100, to: 200, partitions: 1 });
    await deleteRecordsBefore(topic, 150);
    second.lane.resume();
    await eventually(() => expect(second.numbers()).toEqual([...range(60, 100), ...range(150, 200)]));
    expect(gaps.slice(1)).toEqual([{ topic, partition: 0, from: 100, to: 150, reason: 'expired' }]);
  });

  test('a commit for a log that was replaced is reported, and the new log is read from its start', async () => {
    const topic = await createTopic(connection, { partitions: 1 });
    const groupId = randomUUID();
    await produceNumbers(connection, topic, { from: 0, to: 20, partitions: 1 });
    const admin = createKafka(connection).admin();
    await admin.connect();
    await admin.setOffsets({ groupId, topic, partitions: [{ partition: 0, offset: '500' }] });
    await admin.disconnect();
    const gaps: Gap[] = [];
    const { lane, numbers } = reader({ groupId, topics: [topic], onGap: (gap) => gaps.push(gap) });
    await lane.start();
    await eventually(() => expect(numbers()).toEqual(range(0, 20)));
    expect(gaps).toMatchObject([{ from: 500, to: 0, reason: 'log_replaced' }]);
  });
});

async function deleteRecordsBefore(topic: string, offset: number): Promise<void> {
  const admin = createKafka(connection).admin();
  await admin.connect();
  await admin.fetchTopicOffsets(topic); // kafkajs forgets to load the topic's metadata
  await admin.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset: String(offset) }] });
  await admin.disconnect();
}
