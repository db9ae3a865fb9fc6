import { retryTopic, TOPICS } from '@herald/contracts/topics';
import type { RetryTierName } from '@herald/domain/retry-tiers';
import type { LaneRecord } from '@herald/kafka/record';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { claimOn, createHeldProducer, deliveryOf, deliveryRecord, recordOf } from '../test-support/fakes.ts';
import { createRetryLane } from './retry-lane.ts';

const START_MS = 1_700_000_000_000;

beforeEach(() => {
  vi.useFakeTimers({ now: START_MS });
});
afterEach(() => {
  vi.useRealTimers();
});

function laneOf() {
  const producer = createHeldProducer();
  const completed: LaneRecord[] = [];
  const lane = createRetryLane({
    producer,
    complete: (record) => completed.push(record),
    onForwarded: () => {},
    onPoison: () => {},
    onFatal: (error) => {
      throw error;
    },
    now: Date.now,
  });
  return { lane, producer, completed };
}

function waiting(tier: RetryTierName, offset: number, dueInMs: number) {
  const delivery = deliveryOf({ deliveryId: `d${offset}`, step: 1, dueAtMs: START_MS + dueInMs });
  return deliveryRecord(claimOn(retryTopic(tier)), offset, delivery, START_MS);
}

test('a delivery is forwarded when it is due and never before, earliest first', () => {
  const { lane, producer } = laneOf();
  lane.receive(waiting('5s', 0, 5_900));
  lane.receive(waiting('5s', 1, 5_100));
  vi.advanceTimersByTime(5_099);
  expect(producer.handedOver).toEqual([]);
  vi.advanceTimersByTime(1);
  expect(producer.handedOver).toMatchObject([{ topic: TOPICS.deliveries, headers: { 'delivery-id': 'd1' } }]);
  vi.advanceTimersByTime(800);
  expect(producer.handedOver.map(({ headers }) => headers?.['delivery-id'])).toEqual(['d1', 'd0']);
});

test('what is forwarded is the record as it came: value, key and every header', () => {
  const { lane, producer } = laneOf();
  const record = waiting('5s', 0, 100);
  record.headers.added = Buffer.from('by someone');
  lane.receive(record);
  vi.advanceTimersByTime(100);
  const [forwarded] = producer.handedOver;
  expect(forwarded).toMatchObject({ key: record.key, value: record.value });
  expect(forwarded!.headers).toEqual(
    Object.fromEntries(Object.entries(record.headers).map(([name, value]) => [name, value?.toString()])),
  );
});

test('a delivery is complete only when its forwarding is acknowledged', () => {
  const { lane, producer, completed } = laneOf();
  lane.receive(waiting('5s', 0, 100));
  vi.advanceTimersByTime(100);
  expect(completed).toEqual([]);
  producer.acknowledge();
  expect(completed).toHaveLength(1);
});

test('a delivery that is due beyond its tier hops on to the tier that fits what is left', () => {
  const { lane, producer } = laneOf();
  const hourMs = 60 * 60 * 1_000;
  lane.receive(waiting('10m', 0, 5 * hourMs));
  vi.advanceTimersByTime(12.5 * 60_000 - 1);
  expect(producer.handedOver).toEqual([]);
  vi.advanceTimersByTime(1);
  expect(producer.handedOver).toMatchObject([{ topic: retryTopic('3h') }]);
});

test('nothing leaves while the lane is suspended, and what was lost never does', async () => {
  const { lane, producer } = laneOf();
  const lost = claimOn(retryTopic('5s'), 1);
  const delivery = deliveryOf({ deliveryId: 'lost', dueAtMs: START_MS + 100 });
  lane.receive(deliveryRecord(lost, 0, delivery, START_MS));
  lane.receive(waiting('5s', 1, 100));
  await lane.suspend();
  vi.advanceTimersByTime(1_000);
  expect(producer.handedOver).toEqual([]);
  lost.revoke();
  lane.resume([lost]);
  expect(producer.handedOver.map(({ headers }) => headers?.['delivery-id'])).toEqual(['d1']);
});

test('a suspension ends when what has left is acknowledged', async () => {
  const { lane, producer } = laneOf();
  lane.receive(waiting('5s', 0, 0));
  vi.advanceTimersByTime(1);
  let suspended = false;
  const suspension = lane.suspend().then(() => {
    suspended = true;
  });
  await vi.advanceTimersByTimeAsync(10);
  expect(suspended).toBe(false);
  producer.acknowledge();
  await suspension;
});

test('a record that is no delivery goes to poison at once', () => {
  const { lane, producer, completed } = laneOf();
  lane.receive(recordOf({ claim: claimOn(retryTopic('24h')), offset: 0, value: Buffer.from('?') }));
  expect(producer.handedOver).toMatchObject([
    { topic: TOPICS.eventsPoison, headers: { reason: 'malformed_header' } },
  ]);
  producer.acknowledge();
  expect(completed).toHaveLength(1);
});

test('leaving waits for acknowledgements at its bound, and then goes on to the last', () => {
  const { lane, producer, completed } = laneOf();
  for (let n = 0; n < 5_000; n++) lane.receive(waiting('5s', n, 100));
  vi.advanceTimersByTime(100);
  expect(producer.handedOver).toHaveLength(2_000);
  for (let round = 0; round < 5; round++) producer.acknowledge();
  expect(completed).toHaveLength(5_000);
});
