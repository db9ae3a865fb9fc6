import { TOPICS } from '@herald/contracts/topics';
import { expect, test } from 'vitest';
import { claimOn, deliveryOf, endpointOf, recordOf } from '../../test-support/fakes.ts';
import { createVirtualLane, type Life, type VirtualLane } from '../../test-support/virtual-lane.ts';
import { createAdmit } from './admit.ts';
import type { Parking } from './overflow.ts';
import { RAMP_DOUBLING_MS, RAMP_START_PER_SECOND } from './ramp.ts';
import { BURST_MS } from './rate-gate.ts';
import type { DeliveryTask } from './task.ts';

const START = 1_700_000_000_000;
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

const quick = () => ({ durationMs: 2, status: 200 });

function livesOf(lane: VirtualLane, endpointId: string): Life[] {
  return lane.lives.filter((life) => life.endpointId === endpointId);
}

function deliveredOnce(lives: readonly Life[]): boolean {
  return lives.every(
    ({ deliveredAtMs, startsAtMs }) => deliveredAtMs !== undefined && startsAtMs.length === 1,
  );
}

function startsOf(lives: readonly Life[], fromMs = 0): number[] {
  return lives
    .flatMap(({ startsAtMs }) => startsAtMs)
    .filter((ms) => ms >= fromMs)
    .sort((a, b) => a - b);
}

/** The most starts in any stretch of that length. */
function mostIn(stretchMs: number, starts: readonly number[]): number {
  let most = 0;
  for (let from = 0, to = 0; to < starts.length; to++) {
    while (starts[to]! - starts[from]! > stretchMs) from += 1;
    most = Math.max(most, to - from + 1);
  }
  return most;
}

function tierWrites(lives: readonly Life[]) {
  const writes = lives.map((life) => life.tierWrites);
  return {
    mean: writes.reduce((sum, each) => sum + each, 0) / writes.length,
    most: writes.reduce((most, each) => Math.max(most, each), 0),
  };
}

test('a backlog of 100,000 behind a rate limit costs a few tier writes each, and the limit is used to the full', () => {
  const lane = createVirtualLane();
  lane.addEndpoint({ id: 'limited', rateLimitPerSecond: 100 }, quick);
  lane.publish('limited', START, 100_000);
  lane.runUntil(START + HOUR);
  expect(deliveredOnce(lane.lives)).toBe(true);
  const starts = startsOf(lane.lives);
  expect(starts.at(-1)! - START).toBeLessThanOrEqual(1_001_000);
  expect(mostIn(1_000, starts)).toBeLessThanOrEqual(100 * (1 + BURST_MS / 1_000) + 1);
  const { mean, most } = tierWrites(lane.lives);
  expect(mean).toBeLessThan(3);
  expect(most).toBeLessThanOrEqual(6);
}, 120_000);

test('a backlog of hours behind a slow endpoint costs a few tier writes each, and keeps it busy to the end', () => {
  const lane = createVirtualLane();
  lane.addEndpoint({ id: 'slow', maxConcurrency: 2 }, () => ({ durationMs: 1_000, status: 200 }));
  lane.publish('slow', START, 20_000);
  lane.runUntil(START + 24 * HOUR);
  expect(deliveredOnce(lane.lives)).toBe(true);
  expect(startsOf(lane.lives).at(-1)! - START).toBeLessThan(1.1 * 10_000_000);
  const { mean, most } = tierWrites(lane.lives);
  expect(mean).toBeLessThan(9);
  expect(most).toBeLessThanOrEqual(16);
});

test('a healthy endpoint takes a burst of 20,000 without a tier write, and a neighbour keeps its turn through it', () => {
  const lane = createVirtualLane();
  lane.addEndpoint({ id: 'burst' }, quick);
  lane.addEndpoint({ id: 'neighbour' }, quick);
  lane.publish('burst', START, 20_000);
  for (let n = 0; n < 400; n++) lane.publish('neighbour', START + n * 10);
  lane.runUntil(START + MINUTE);
  expect(deliveredOnce(lane.lives)).toBe(true);
  expect(tierWrites(lane.lives).most).toBe(0);
  const waitsMs = livesOf(lane, 'neighbour').map((life) => life.startsAtMs[0]! - life.receivedAtMs!);
  // What was behind the burst in the log is received in one piece and waits for itself.
  expect(Math.max(...waitsMs)).toBeLessThan(50);
});

test('a slow endpoint parks nothing while its partition has room for what it has', () => {
  const lane = createVirtualLane();
  lane.addEndpoint({ id: 'slowish', maxConcurrency: 4 }, () => ({ durationMs: 100, status: 200 }));
  lane.publish('slowish', START, 700);
  lane.runUntil(START + MINUTE);
  expect(deliveredOnce(lane.lives)).toBe(true);
  expect(tierWrites(lane.lives).most).toBe(0);
});

test('an endpoint that fails is spared, its neighbour is not delayed, and 50,000 waiting come back by a ramp', () => {
  const lane = createVirtualLane();
  const upAgain = START + HOUR;
  lane.addEndpoint({ id: 'failing' }, (nowMs) =>
    nowMs < upAgain ? { durationMs: 5_000, status: 503 } : { durationMs: 10, status: 200 },
  );
  lane.addEndpoint({ id: 'neighbour' }, quick);
  for (let n = 0; n < 500; n++) {
    lane.publish('failing', START + n * 7_200, 100);
    lane.publish('neighbour', START + n * 7_200 + 1, 2);
  }
  lane.runUntil(upAgain);
  // Thirty attempts open it, those under way end, and then one probe in two minutes as a rule.
  expect(startsOf(livesOf(lane, 'failing')).length).toBeLessThan(30 + 10 + 50);

  lane.runUntil(START + 24 * HOUR);
  const lives = livesOf(lane, 'failing');
  expect(lives.every(({ deliveredAtMs }) => deliveredAtMs !== undefined)).toBe(true);
  const { mean, most } = tierWrites(lives);
  expect(mean).toBeLessThan(4);
  expect(most).toBeLessThanOrEqual(20);
  const starts = startsOf(lives, upAgain);
  // The last probe, half an hour of parking, and its jitter.
  expect(starts.at(-1)! - upAgain).toBeLessThanOrEqual((2 * 1.2 + 30 * 1.2 + 1) * MINUTE);
  const perSecondAt = (ageMs: number) => RAMP_START_PER_SECOND * 2 ** (ageMs / RAMP_DOUBLING_MS);
  const [probe] = starts;
  for (let n = 1; n < 10; n++) {
    const second = starts.filter((ms) => ms > probe! + n * 1_000 && ms <= probe! + (n + 1) * 1_000).length;
    expect(second).toBeLessThanOrEqual(perSecondAt((n + 1) * 1_000) * (1 + BURST_MS / 1_000) + 1);
  }
  const neighbour = livesOf(lane, 'neighbour');
  expect(tierWrites(neighbour).most).toBe(0);
  expect(neighbour.every((life) => life.startsAtMs[0]! - life.publishedAtMs <= 2)).toBe(true);
});

test('an endpoint that was slow for a while gets what was parked for hours as soon as it looks in', () => {
  const lane = createVirtualLane();
  const fastAgain = START + 10 * MINUTE;
  lane.addEndpoint({ id: 'a', maxConcurrency: 10 }, (nowMs) =>
    nowMs < fastAgain ? { durationMs: 10_000, status: 200 } : { durationMs: 10, status: 200 },
  );
  for (let n = 0; n < 100; n++) lane.publish('a', START + n * 6_000, 200);
  lane.runUntil(START + 24 * HOUR);
  expect(deliveredOnce(lane.lives)).toBe(true);
  expect(startsOf(lane.lives).at(-1)! - fastAgain).toBeLessThanOrEqual(60 * MINUTE);
});

test('after a restart a limit is kept, and a backlog costs a few more writes', () => {
  const lane = createVirtualLane();
  lane.addEndpoint({ id: 'limited', rateLimitPerSecond: 50 }, quick);
  lane.publish('limited', START, 10_000);
  for (let n = 1; n <= 3; n++) {
    lane.runUntil(START + n * 20_000);
    lane.restart();
  }
  lane.runUntil(START + HOUR);
  const starts = startsOf(lane.lives);
  // A process that has just started knows of no start before it: one burst more.
  expect(mostIn(1_000, starts)).toBeLessThanOrEqual(50 * (1 + (2 * BURST_MS) / 1_000) + 2);
  expect(starts.at(-1)! - START).toBeLessThanOrEqual(1.2 * 200_000);
  expect(tierWrites(lane.lives).mean).toBeLessThan(6);
});

test('a limit that is raised is used within half an hour for what is parked, and at once for what comes', () => {
  const lane = createVirtualLane();
  lane.addEndpoint({ id: 'limited', rateLimitPerSecond: 1 }, quick);
  lane.publish('limited', START, 10_000);
  lane.runUntil(START + MINUTE);
  lane.addEndpoint({ id: 'limited', rateLimitPerSecond: 1_000 }, quick);
  lane.publish('limited', START + 2 * MINUTE, 1);
  lane.runUntil(START + 24 * HOUR);
  const fresh = lane.lives.at(-1)!;
  expect(fresh.startsAtMs[0]! - fresh.publishedAtMs).toBeLessThan(15_000);
  expect(startsOf(lane.lives).at(-1)! - START).toBeLessThanOrEqual(37 * MINUTE);
});

test('what is held and offered in vain takes no turn from those that come', () => {
  const admit = createAdmit({
    maxInFlight: 10,
    maxInFlightPerHost: 10,
    window: { records: 4_000, bytes: Infinity },
    policyOf: () => endpointOf({ rateLimitPerSecond: 10 }),
    hostOf: (id) => id,
    onBreaker: () => {},
  });
  const task = (n: number, topic: string): DeliveryTask => ({
    delivery: deliveryOf({ deliveryId: `${topic}-${n}` }),
    priority: 'live',
    record: recordOf({ claim: claimOn(topic), offset: n }),
  });
  for (let n = 0; n < 300; n++) admit.arrive(task(n, TOPICS.deliveries), START);
  const turnAfter = (n: number) =>
    (admit.arrive(task(n, TOPICS.deliveries), START) as Parking).dueAtMs - START;
  expect(turnAfter(300)).toBe(30_000);
  for (let n = 0; n < 1_000; n++) expect(admit.arrive(task(n, TOPICS.held), START).kind).toBe('park');
  expect(turnAfter(301)).toBe(30_100);
});

test('an endpoint that is idle is forgotten, one with an open breaker is not', () => {
  const lane = createVirtualLane();
  lane.addEndpoint({ id: 'well' }, quick);
  lane.addEndpoint({ id: 'failing' }, () => ({ durationMs: 2, status: 500 }));
  lane.publish('well', START, 100);
  lane.publish('failing', START, 100);
  lane.runUntil(START + 1_000);
  expect(lane.admit.census(lane.nowMs)).toEqual({ known: 2, open: 1 });
  lane.addEndpoint({ id: 'other' }, quick);
  lane.publish('other', START + 3 * MINUTE);
  lane.runUntil(START + 3 * MINUTE + 1_000);
  expect(lane.admit.census(lane.nowMs)).toEqual({ known: 2, open: 1 });
});

test('a replay of hours to an endpoint with a limit leaves its live deliveries as quick as they were', () => {
  const lane = createVirtualLane();
  lane.addEndpoint({ id: 'limited', rateLimitPerSecond: 10 }, quick);
  lane.publish('limited', START, 20_000, 'backfill');
  for (let second = 1; second <= 600; second++) lane.publish('limited', START + second * 1_000);
  lane.runUntil(START + 24 * HOUR);
  expect(deliveredOnce(lane.lives)).toBe(true);
  const live = lane.lives.slice(20_000);
  expect(live).toHaveLength(600);
  expect(live.every(({ tierWrites }) => tierWrites === 0)).toBe(true);
  const waits = live.map(({ publishedAtMs, deliveredAtMs }) => deliveredAtMs! - publishedAtMs);
  expect(Math.max(...waits)).toBeLessThan(250);
  // What is left of the limit is the replay's.
  expect(startsOf(lane.lives).at(-1)! - START).toBeLessThan(1.02 * 2_060_000);
});

test('what is replayed to an ordered endpoint no faster than it takes it goes one at a time, in its order', () => {
  const lane = createVirtualLane();
  const durationMs = 50;
  lane.addEndpoint({ id: 'ordered', ordering: 'publication' }, () => ({ durationMs, status: 200 }));
  lane.publish('ordered', START, 100, 'backfill');
  for (let n = 1; n <= 600; n++) lane.publish('ordered', START + n * 100, 1, 'backfill');
  for (let n = 1; n <= 60; n++) lane.publish('ordered', START + n * 1_000 + 7);
  lane.runUntil(START + HOUR);
  expect(deliveredOnce(lane.lives)).toBe(true);
  const { live = [], replayed = [] } = Object.groupBy(lane.lives, ({ publishedAtMs }) =>
    publishedAtMs % 100 === 7 ? 'live' : 'replayed',
  );
  expect([live.length, replayed.length]).toEqual([60, 700]);
  // What is live does not wait for the one that is under way.
  expect(live.every(({ publishedAtMs, startsAtMs }) => startsAtMs[0] === publishedAtMs)).toBe(true);
  const starts = replayed.map(({ startsAtMs }) => startsAtMs[0]!);
  expect(starts.every((ms, n) => n === 0 || ms >= starts[n - 1]! + durationMs)).toBe(true);
});
