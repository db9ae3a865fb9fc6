import { randomUUID } from 'node:crypto';
import { afterEach, describe, expect, inject, test } from 'vitest';
import {
  createReader,
  createTopic,
  eventually,
  numberOf,
  produceNumbers,
  type Reader,
  range,
  SlowWork,
} from '../test/support.ts';
import type { LaneRecord } from './record.ts';

const connection = {
  brokers: inject('stack').brokers,
  clientId: 'rebalance-test',
  logger: { log: () => {} },
};
const partitions = 6;
const readers: Reader[] = [];

function reader(instanceId: string, options: Omit<Parameters<typeof createReader>[0], 'connection'>): Reader {
  const created = createReader({ connection, assigner: { coPartitioned: true, instanceId }, ...options });
  readers.push(created);
  return created;
}

afterEach(async () => {
  await Promise.all(readers.splice(0).map(({ lane }) => lane.stop()));
});

describe('rebalance', () => {
  test('with records in flight works on each once: what is in flight ends first, what stayed goes on', async () => {
    const topic = await createTopic(connection, { partitions });
    const groupId = randomUUID();
    await produceNumbers(connection, topic, { from: 0, to: 24_000, partitions });
    const works: SlowWork[] = [];
    const join = (instanceId: string) => {
      const work = new SlowWork();
      works.push(work);
      return reader(instanceId, {
        groupId,
        topics: [topic],
        windowRecords: 200,
        work: (record, lane) => work.start(record, () => lane.complete(record)),
        suspend: () => work.suspend(),
        resume: () => work.resume(),
      });
    };
    const started = () => works.flatMap((work) => work.started).sort((a, b) => a - b);

    const a = join('a');
    await a.lane.start();
    await eventually(() => expect(started().length).toBeGreaterThan(500));
    const b = join('b');
    await b.lane.start();
    expect([a.lane.assigned().length, b.lane.assigned().length]).toEqual([3, 3]);
    expect(a.lost).toHaveLength(3);
    await eventually(() => expect(works[1]!.started.length).toBeGreaterThan(300));
    const c = join('c');
    await c.lane.start();
    await eventually(() => expect(works[2]!.started.length).toBeGreaterThan(100));
    await b.lane.stop();
    await eventually(() => expect(started().length).toBeGreaterThanOrEqual(24_000), 60_000);
    expect(started()).toEqual(range(0, 24_000));
    await eventually(() =>
      expect([...a.lane.lag(), ...c.lane.lag()].every((one) => one.lagRecords === 0)).toBe(true),
    );
  });

  test('does not hand over again what a partition that stayed has received, and it can still be completed', async () => {
    const topic = await createTopic(connection, { partitions });
    const groupId = randomUUID();
    await produceNumbers(connection, topic, { from: 0, to: 60, partitions });
    const a = reader('a', { groupId, topics: [topic], work: () => {} });
    await a.lane.start();
    await eventually(() => expect(a.received).toHaveLength(60));
    const b = reader('b', { groupId, topics: [topic], work: () => {} });
    await b.lane.start();
    await eventually(() => expect(b.received).toHaveLength(30));

    const kept = a.received.filter(({ claim }) => claim.isCurrent());
    expect(new Set(kept.map(({ partition }) => partition)).size).toBe(3);
    expect(a.received).toHaveLength(60);
    for (const record of a.received) a.lane.complete(record);
    for (const record of b.received) b.lane.complete(record);
    const lag = () => [...a.lane.lag(), ...b.lane.lag()].map(({ lagRecords }) => lagRecords);
    expect(lag()).toEqual(range(0, partitions).map(() => 0));
  });

  test('fences an attempt that outlasts the drain if its partition was lost, and only then', async () => {
    const topic = await createTopic(connection, { partitions });
    const groupId = randomUUID();
    await produceNumbers(connection, topic, { from: 0, to: partitions, partitions });
    const a = reader('a', {
      groupId,
      topics: [topic],
      work: () => {},
      suspend: () => new Promise(() => {}),
      drainDeadlineMs: 300,
    });
    await a.lane.start();
    await eventually(() => expect(a.received).toHaveLength(partitions));
    const b = reader('b', { groupId, topics: [topic], work: () => {} });
    await b.lane.start();
    await eventually(() => expect(b.received).toHaveLength(3));

    const lost = new Set(a.lost.map(({ partition }) => partition));
    expect(lost.size).toBe(3);
    for (const record of a.received) {
      expect(record.claim.isCurrent()).toBe(!lost.has(record.partition));
      a.lane.complete(record);
    }
    expect(b.received.map(({ partition }) => partition).sort()).toEqual([...lost].sort());
    expect(a.lane.lag().every(({ lagRecords }) => lagRecords === 0)).toBe(true);
    expect(b.lane.lag().every(({ lagRecords }) => lagRecords === 1)).toBe(true);
  });

  test('a partition that was lost while it was paused flows when it is regained', async () => {
    const topic = await createTopic(connection, { partitions });
    const groupId = randomUUID();
    await produceNumbers(connection, topic, { from: 0, to: 300, partitions });
    const open: LaneRecord[] = [];
    const a = reader('a', {
      groupId,
      topics: [topic],
      windowRecords: 5,
      work: (record) => open.push(record),
    });
    await a.lane.start();
    await eventually(() => expect(a.lane.windows().every(({ paused }) => paused)).toBe(true));
    const b = reader('b', { groupId, topics: [topic], windowRecords: 5, work: () => {} });
    await b.lane.start();
    await eventually(() => expect(b.lane.windows().every(({ paused }) => paused)).toBe(true));
    await b.lane.stop();
    await eventually(() => expect(a.lane.assigned()).toHaveLength(partitions));
    const seen = new Set<number>();
    await eventually(() => {
      for (const record of open.splice(0)) {
        if (record.claim.isCurrent()) seen.add(numberOf(record));
        a.lane.complete(record);
      }
      expect(seen.size).toBe(300);
    });
  });

  test('a member that was away for longer than its session holds nothing any more', async () => {
    const topic = await createTopic(connection, { partitions });
    const groupId = randomUUID();
    await produceNumbers(connection, topic, { from: 0, to: partitions, partitions });
    const a = reader('a', { groupId, topics: [topic], work: () => {}, sessionTimeoutMs: 1_500 });
    await a.lane.start();
    await eventually(() => expect(a.received).toHaveLength(partitions));
    // The event loop stands still, as in a long garbage collection.
    const untilMs = Date.now() + 3_000;
    while (Date.now() < untilMs);
    await eventually(() => expect(a.lost).toHaveLength(partitions));
    await eventually(() => expect(a.received).toHaveLength(2 * partitions));
    const [first, second] = [a.received.slice(0, partitions), a.received.slice(partitions)];
    expect(first.some(({ claim }) => claim.isCurrent())).toBe(false);
    expect(second.every(({ claim }) => claim.isCurrent())).toBe(true);
  });

  test('partition p of several topics always belongs to one member', async () => {
    const topics = await Promise.all(range(0, 3).map(() => createTopic(connection, { partitions })));
    const groupId = randomUUID();
    const lanes = ['a', 'b', 'c'].map((instanceId) => reader(instanceId, { groupId, topics }).lane);
    await Promise.all(lanes.map((lane) => lane.start()));
    await eventually(() => {
      const owners = lanes.map((lane) => lane.assigned());
      expect(owners.map(({ length }) => length)).toEqual([6, 6, 6]);
      for (const own of owners) {
        const byTopic = topics.map((topic) =>
          own.flatMap((one) => (one.topic === topic ? [one.partition] : [])).sort(),
        );
        expect(byTopic[1]).toEqual(byTopic[0]);
        expect(byTopic[2]).toEqual(byTopic[0]);
      }
    });
  });
});
