import { retryTopic, TOPICS } from '@herald/contracts/topics';
import type { RetryTierName } from '@herald/domain/retry-tiers';
import type { LaneRecord } from '@herald/kafka/record';
import type { StandingOrder } from '@herald/registry/retry-order';
import { afterEach, beforeEach, describe, expect, it, test, vi } from 'vitest';
import {
  claimOn,
  createHeldProducer,
  deliveryOf,
  deliveryRecord,
  endpointOf,
  recordOf,
} from '../test-support/fakes.ts';
import type { Cancelled } from './retry-cancellation.ts';
import { createRetryLane, MAX_UNACKNOWLEDGED_RECORDS } from './retry-lane.ts';
import { ownersOrders } from './retry-orders.ts';

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
  const cancelled: { record: LaneRecord; acknowledge: (became?: Cancelled) => void }[] = [];
  const { orders, give } = orderBook();
  const lane = createRetryLane({
    producer,
    orders,
    cancel: (record) =>
      new Promise((settle) => {
        cancelled.push({ record, acknowledge: (became = 'given_up') => settle(became) });
      }),
    onOrdered: () => {},
    complete: (record) => completed.push(record),
    onForwarded: () => {},
    onPoison: () => {},
    onFatal: (error) => {
      throw error;
    },
    now: Date.now,
  });
  return { lane, producer, completed, cancelled, give };
}

/** The table of orders; all endpoints belong to `acme`. */
function orderBook() {
  const given = new Map<string, StandingOrder>();
  let listener: (endpointId: string) => void = () => {};
  const orders = ownersOrders(
    {
      get: (endpointId) => given.get(endpointId),
      onChange(heard) {
        listener = heard;
        return () => {};
      },
    },
    { get: () => ({ endpoint: endpointOf(), revision: 0 }) },
  );
  return {
    orders,
    give(order: Partial<StandingOrder>) {
      given.set('ep1', {
        endpointId: 'ep1',
        accountId: 'acme',
        kind: 'forward',
        orderedAtMs: Date.now() + 1,
        deliveryIds: new Set(),
        orderedBy: 'ada',
        revision: (given.get('ep1')?.revision ?? 6) + 1,
        ...order,
      });
      listener('ep1');
    },
  };
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

test('a replay that is retried comes back behind live traffic, where it was', () => {
  const { lane, producer } = laneOf();
  const delivery = deliveryOf({ cause: 'replay:rp_1', step: 1, dueAtMs: START_MS + 5_100 });
  lane.receive(deliveryRecord(claimOn(retryTopic('5s')), 0, delivery, START_MS));
  vi.advanceTimersByTime(5_100);
  expect(producer.handedOver).toMatchObject([{ topic: TOPICS.backfill }]);
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

const HOUR_MS = 60 * 60 * 1_000;

const idsOf = (records: readonly { headers?: Record<string, string> }[]) =>
  records.map(({ headers }) => headers?.['delivery-id']);

describe('an order', () => {
  it('to forward has what waits sent now, due and without a turn, each once', () => {
    const { lane, producer, completed, give } = laneOf();
    const delivery = deliveryOf({
      deliveryId: 'd0',
      step: 3,
      dueAtMs: START_MS + HOUR_MS,
      turnAtMs: START_MS + HOUR_MS,
    });
    lane.receive(deliveryRecord(claimOn(retryTopic('1h')), 0, delivery, START_MS));
    lane.receive(waiting('12h', 1, 12 * HOUR_MS));
    vi.advanceTimersByTime(1_000);
    give({});
    expect(idsOf(producer.handedOver)).toEqual(['d0', 'd1']);
    const [first] = producer.handedOver;
    expect(first).toMatchObject({
      topic: TOPICS.deliveries,
      headers: { step: '3', 'due-at': String(START_MS + 1_000) },
    });
    expect(first!.headers).not.toHaveProperty('turn-at');
    expect(completed).toEqual([]);
    producer.acknowledge();
    expect(completed).toHaveLength(2);
    vi.advanceTimersByTime(24 * HOUR_MS);
    expect(producer.handedOver).toHaveLength(2);
  });

  it('is followed by what is read after it, but not by what was put into a tier after it', () => {
    const { lane, producer, give } = laneOf();
    give({ orderedAtMs: START_MS });
    const before = deliveryOf({ deliveryId: 'before', dueAtMs: START_MS + HOUR_MS });
    lane.receive(deliveryRecord(claimOn(retryTopic('1h')), 0, before, START_MS - 1));
    lane.receive(waiting('1h', 1, HOUR_MS));
    vi.advanceTimersByTime(1);
    expect(idsOf(producer.handedOver)).toEqual(['before']);
  });

  it('sends a delivery on once, also where the clock of the next tier is behind, and a later order once more', () => {
    const { lane, producer, give } = laneOf();
    lane.receive(waiting('1h', 0, HOUR_MS));
    vi.advanceTimersByTime(1);
    give({});
    const { headers } = producer.handedOver[0]!;
    const failed = deliveryOf({
      deliveryId: 'd0',
      step: 2,
      dueAtMs: START_MS + 3 * HOUR_MS,
      orderRevision: Number(headers!['order-revision']),
    });
    lane.receive(deliveryRecord(claimOn(retryTopic('3h')), 0, failed, START_MS - 1_000));
    vi.advanceTimersByTime(HOUR_MS);
    expect(producer.handedOver).toHaveLength(1);
    give({});
    expect(idsOf(producer.handedOver)).toEqual(['d0', 'd0']);
  });

  it('to cancel has nothing sent, and what is given up complete when that is acknowledged', async () => {
    const { lane, producer, completed, cancelled, give } = laneOf();
    lane.receive(waiting('1h', 0, HOUR_MS));
    vi.advanceTimersByTime(1);
    give({ kind: 'cancel' });
    expect(cancelled.map(({ record }) => record.offset)).toEqual([0]);
    expect(completed).toEqual([]);
    cancelled[0]!.acknowledge();
    await lane.suspend();
    expect(completed).toHaveLength(1);
    vi.advanceTimersByTime(2 * HOUR_MS);
    expect(producer.handedOver).toEqual([]);
  });

  it('to cancel leaves what was not given up for its next owner, and the lane drains for all that', async () => {
    const { lane, completed, cancelled, give } = laneOf();
    lane.receive(waiting('1h', 0, HOUR_MS));
    vi.advanceTimersByTime(1);
    give({ kind: 'cancel' });
    cancelled[0]!.acknowledge('left');
    await lane.suspend();
    expect(completed).toEqual([]);
  });

  it('to cancel goes on with the next when one that it could not give up was the last that had room', async () => {
    const { lane, cancelled, give } = laneOf();
    for (let n = 0; n <= MAX_UNACKNOWLEDGED_RECORDS; n++) lane.receive(waiting('1h', n, HOUR_MS));
    vi.advanceTimersByTime(1);
    give({ kind: 'cancel' });
    expect(cancelled).toHaveLength(MAX_UNACKNOWLEDGED_RECORDS);
    cancelled[0]!.acknowledge('left');
    await Promise.resolve();
    await Promise.resolve();
    expect(cancelled).toHaveLength(MAX_UNACKNOWLEDGED_RECORDS + 1);
  });

  it('that names deliveries leaves the others where they are', () => {
    const { lane, producer, give } = laneOf();
    for (let offset = 0; offset < 3; offset++) lane.receive(waiting('1h', offset, HOUR_MS));
    vi.advanceTimersByTime(1);
    give({ deliveryIds: new Set(['d1']) });
    expect(idsOf(producer.handedOver)).toEqual(['d1']);
  });

  it('moves nothing of another endpoint, and nothing at all in the name of another account', () => {
    const { lane, producer, give } = laneOf();
    const other = deliveryOf({ deliveryId: 'other', endpointId: 'ep2', dueAtMs: START_MS + HOUR_MS });
    lane.receive(deliveryRecord(claimOn(retryTopic('1h')), 0, other, START_MS));
    lane.receive(waiting('1h', 1, HOUR_MS));
    vi.advanceTimersByTime(1);
    give({ accountId: 'evil' });
    expect(producer.handedOver).toEqual([]);
    give({});
    expect(idsOf(producer.handedOver)).toEqual(['d1']);
  });

  it('that comes while the lane is suspended is followed after it, by who has the partition then', async () => {
    const { lane, producer, give } = laneOf();
    const lost = claimOn(retryTopic('1h'), 1);
    const delivery = deliveryOf({ deliveryId: 'lost', dueAtMs: START_MS + HOUR_MS });
    lane.receive(deliveryRecord(lost, 0, delivery, START_MS));
    lane.receive(waiting('1h', 1, HOUR_MS));
    await lane.suspend();
    vi.advanceTimersByTime(1);
    give({});
    expect(producer.handedOver).toEqual([]);
    lost.revoke();
    lane.resume([lost]);
    expect(idsOf(producer.handedOver)).toEqual(['d1']);
  });

  it('that is replaced before it could be followed does not hold', () => {
    const { lane, producer, give } = laneOf();
    for (let offset = 0; offset < 2_002; offset++) lane.receive(waiting('1h', offset, HOUR_MS));
    vi.advanceTimersByTime(1);
    give({});
    const left = new Set(idsOf(producer.handedOver));
    const [wanted, unwanted] = Array.from({ length: 2_002 }, (_, n) => `d${n}`).filter((id) => !left.has(id));
    give({ deliveryIds: new Set([wanted!]) });
    producer.acknowledge();
    expect(idsOf(producer.handedOver.slice(2_000))).toEqual([wanted]);
    vi.advanceTimersByTime(2 * HOUR_MS);
    expect(idsOf(producer.handedOver.slice(2_001))).toEqual([unwanted]);
  });
});
