import fc from 'fast-check';
import { expect, test } from 'vitest';
import { claimOn } from '../../test-support/fakes.ts';
import {
  CROWDED_QUEUE_MS,
  keepInMemory,
  MAX_PARK_MS,
  type Parking,
  parkedUntil,
  parkedWhileOpen,
  place,
  ROOMY_QUEUE_MS,
} from './overflow.ts';
import { attemptEnded, type Pace } from './pace.ts';
import {
  type Course,
  courseOf,
  drain,
  endOfQueue,
  lengthen,
  newTraffic,
  promise,
  type Traffic,
  timeFor,
} from './traffic.ts';

const NOW = 1_700_000_000_000;
const fresh = (n: number) => ({ deliveryId: `d${n}`, step: 0, dueAtMs: 0 });

/** Traffic whose pace was learned from attempts of that duration. */
function trafficOf(durationMs: number, attempts = 50): Traffic {
  const traffic = newTraffic(claimOn('webhook.deliveries'), NOW);
  for (let n = 0; n < attempts; n++) attemptEnded(traffic.pace, durationMs, NOW);
  return traffic;
}

function course(
  traffic: Traffic,
  nowMs: number,
  given: { inFlight?: number; busyShare?: number; limit?: number | undefined } = {},
) {
  const { inFlight = 0, busyShare = 0, limit } = given;
  return courseOf(traffic, { inFlight, share: 10, busyShare, rateLimitPerSecond: limit }, nowMs);
}

/** Lets deliveries arrive as one burst, as the admit step does it. */
function burst(
  traffic: Traffic,
  count: number,
  { limit, isCrowded = true }: { limit?: number | undefined; isCrowded?: boolean } = {},
) {
  let queued = 0;
  const parkedUntilMs: number[] = [];
  for (let n = 0; n < count; n++) {
    const ahead = course(traffic, NOW, { limit });
    drain(traffic, ahead, NOW);
    const endMs = endOfQueue(traffic.queues.live, queued, ahead, NOW);
    const placement = place(fresh(n), { queued, endMs, course: ahead, isCrowded, isFull: true }, NOW);
    promise(traffic, 'live', endMs, ahead);
    lengthen(traffic, 'live');
    if (placement.kind === 'queue') queued += 1;
    else parkedUntilMs.push(placement.dueAtMs);
  }
  return { queued, parkedUntilMs };
}

/** How many of so many queued may stay while the partition is crowded. */
function kept(queued: number, pace: Course, isFull = true, isCrowded = true): number | undefined {
  return keepInMemory({ queued, course: pace, isCrowded, isFull });
}

test('a healthy endpoint takes a burst of 20,000 without parking one', () => {
  expect(burst(trafficOf(1), 20_000).parkedUntilMs).toEqual([]);
});

test('an endpoint that is not known yet takes a burst too', () => {
  expect(burst(trafficOf(1, 0), 20_000).parkedUntilMs).toEqual([]);
});

test('an endpoint that always times out keeps next to nothing in memory', () => {
  expect(burst(trafficOf(15_000), 1_000).queued).toBeLessThanOrEqual(3);
});

test('while the partition has room, what twenty seconds bring stays in memory', () => {
  expect(burst(trafficOf(500), 1_000).queued).toBeLessThanOrEqual(41);
  expect(burst(trafficOf(500), 1_000, { isCrowded: false }).queued).toBe(401);
});

test('what is parked by a rate limit comes back at that rate, evenly', () => {
  const { queued, parkedUntilMs } = burst(trafficOf(1), 1_000, { limit: 10 });
  expect(queued).toBe(21);
  expect(parkedUntilMs.map((ms) => Math.round((ms - NOW) / 100))).toEqual(
    parkedUntilMs.map((_, n) => n + 21),
  );
});

test('whatever the load, memory holds at most what the pace allows, and no parking is early or endless', () => {
  fc.assert(
    fc.property(
      fc.record({
        queued: fc.nat(50_000),
        endMs: fc.double({ min: NOW, max: NOW + 1e9, noNaN: true }),
        course: fc.record({
          perMs: fc.double({ min: 1e-5, max: 100, noNaN: true }),
          isLimited: fc.boolean(),
          isTroubled: fc.boolean(),
          ageMs: fc.double({ min: 0, max: 60_000, noNaN: true }),
        }),
        isCrowded: fc.boolean(),
        isFull: fc.constant(true),
      }),
      fc.boolean(),
      fc.option(fc.integer({ min: NOW - 1_000, max: NOW + 1e9 }), { nil: undefined }),
      fc.nat(20),
      (load, hasWaited, turnAtMs, step) => {
        const arrival = { deliveryId: 'd', step, dueAtMs: hasWaited ? NOW - 5 : 0 };
        const placement = place(turnAtMs === undefined ? arrival : { ...arrival, turnAtMs }, load, NOW);
        if (placement.kind === 'queue') {
          const allowedMs = load.isCrowded ? CROWDED_QUEUE_MS : ROOMY_QUEUE_MS;
          expect(timeFor(load.queued, load.course)).toBeLessThanOrEqual(2 * allowedMs);
        } else {
          expect(placement.dueAtMs).toBeGreaterThanOrEqual(NOW + CROWDED_QUEUE_MS);
          const maxMs = step === 0 ? MAX_PARK_MS : 24 * 3_600_000;
          expect(placement.dueAtMs).toBeLessThanOrEqual(NOW + maxMs * 1.2 + 1);
        }
      },
    ),
  );
});

function loadOf(traffic: Traffic, given: { queued?: number; limit?: number; nowMs?: number } = {}) {
  const { queued = 0, limit, nowMs = NOW } = given;
  const now = course(traffic, nowMs, { limit });
  return {
    queued,
    endMs: endOfQueue(traffic.queues.live, queued, now, nowMs),
    course: now,
    isCrowded: true,
    isFull: true,
  };
}

test('a delivery that comes back at its turn does not queue behind those parked after it', () => {
  const traffic = trafficOf(15_000);
  burst(traffic, 1_000);
  const returning = { deliveryId: 'd1', step: 1, dueAtMs: NOW - 1 };
  expect(place(returning, loadOf(traffic), NOW)).toEqual({ kind: 'queue' });
});

test('a delivery that looks in keeps its turn, or goes at once where its endpoint has become fast', () => {
  const early = { deliveryId: 'd1', step: 1, dueAtMs: NOW - 1, turnAtMs: NOW + 60_000 };
  const traffic = trafficOf(1_000);
  burst(traffic, 800);
  expect(place(early, loadOf(traffic), NOW)).toEqual({
    kind: 'park',
    dueAtMs: NOW + 60_000,
    reason: 'overflow',
  });
  expect(place(early, loadOf(trafficOf(1)), NOW)).toEqual({ kind: 'queue' });
});

test('who misses a turn moves behind all turns that are promised, also when the pace has fallen', () => {
  const traffic = trafficOf(100);
  const { parkedUntilMs } = burst(traffic, 5_000);
  const nowMs = NOW + 20_000;
  for (let n = 0; n < 50; n++) attemptEnded(traffic.pace, 1_000, nowMs);
  const load = loadOf(traffic, { queued: 100, nowMs });
  const missed = place({ deliveryId: 'd', step: 1, dueAtMs: nowMs - 1 }, load, nowMs);
  expect(missed).toMatchObject({ kind: 'park' });
  expect((missed as Parking).dueAtMs).toBeGreaterThanOrEqual(parkedUntilMs.at(-1)!);
});

test('behind a limit the first parking may be long, behind a measured pace it is short, and each next one longer', () => {
  const longest = (given: Partial<Course>, step: number) =>
    (parkedUntil({ deliveryId: 'd', step, dueAtMs: 0 }, NOW + 1e9, { ...known, ...given }, NOW).dueAtMs -
      NOW) /
    60_000;
  const known: Course = { perMs: 0.01, isLimited: false, isTroubled: false, ageMs: NOW };
  expect(longest({ isLimited: true }, 0)).toBeGreaterThanOrEqual(30);
  expect(longest({ isLimited: true }, 0)).toBeLessThanOrEqual(36.1);
  expect(longest({}, 0)).toBeGreaterThanOrEqual(0.5);
  expect(longest({}, 0)).toBeLessThanOrEqual(0.61);
  expect(longest({ isTroubled: true }, 0)).toBeLessThanOrEqual(0.11);
  expect(longest({ isTroubled: true, isLimited: true }, 0)).toBeGreaterThanOrEqual(30);
  expect(longest({ isTroubled: true }, 1)).toBeGreaterThanOrEqual(0.5);
  expect(longest({ isLimited: true }, 1)).toBeGreaterThanOrEqual(60);
});

test('while a breaker is open the first delivery is there for the probe, the others wait as long as it has failed', () => {
  const open = { sinceMs: NOW - 60_000, probeAtMs: NOW + 40_000 };
  expect(parkedWhileOpen(fresh(0), open, true, NOW).dueAtMs).toBe(open.probeAtMs);
  for (let n = 0; n < 100; n++) {
    const waitMs = parkedWhileOpen(fresh(n), open, false, NOW).dueAtMs - NOW;
    expect(waitMs).toBeGreaterThanOrEqual(120_000);
    expect(waitMs).toBeLessThanOrEqual(144_001);
  }
  const longAgo = { sinceMs: NOW - 86_400_000, probeAtMs: NOW + 200_000 };
  expect(parkedWhileOpen(fresh(0), longAgo, false, NOW).dueAtMs).toBeLessThanOrEqual(
    NOW + MAX_PARK_MS * 1.2 + 1,
  );
});

test('one time-out among quick answers parks nothing, ten in a row do', () => {
  const once = trafficOf(2);
  attemptEnded(once.pace, 15_000, NOW);
  expect(kept(1_000, course(once, NOW))).toBeUndefined();
  for (let n = 0; n < 10; n++) attemptEnded(once.pace, 15_000, NOW + 15_000);
  expect(kept(1_000, course(once, NOW + 30_000))).toBeLessThan(20);
});

test('a pace that wavers parks nothing: the best of the last seconds stands', () => {
  const traffic = trafficOf(2);
  expect(kept(4_000, course(traffic, NOW))).toBeUndefined();
  for (let n = 0; n < 10; n++) attemptEnded(traffic.pace, 200, NOW + 1_000);
  expect(kept(4_000, course(traffic, NOW + 1_000))).toBeUndefined();
  expect(kept(4_000, course(traffic, NOW + 20_000))).toBeLessThan(200);
});

test('nothing is parked while the endpoint has places free: the delay is ours', () => {
  const traffic = trafficOf(15_000);
  expect(kept(4_000, course(traffic, NOW), false)).toBeUndefined();
  expect(place(fresh(1), { ...loadOf(traffic, { queued: 4_000 }), isFull: false }, NOW).kind).toBe('queue');
  const limited = { ...loadOf(trafficOf(2), { queued: 4_000, limit: 1 }), isFull: false };
  expect(place(fresh(1), limited, NOW).kind).toBe('park');
});

test('an endpoint that stops answering gives up its queue before its first time-out', () => {
  const traffic = trafficOf(2);
  expect(kept(4_000, course(traffic, NOW + 400, { inFlight: 10 }))).toBeUndefined();
  expect(kept(4_000, course(traffic, NOW + 1_000, { inFlight: 10 }))).toBe(20);
  expect(kept(4_000, course(traffic, NOW + 60_000))).toBeUndefined();
});

test('a dispatcher short of CPU does not take its own delay for the slowness of an endpoint', () => {
  const traffic = trafficOf(150);
  const inFlight = 10;
  expect(kept(4_000, course(traffic, NOW, { inFlight }))).toBeLessThan(200);
  expect(kept(4_000, course(traffic, NOW, { inFlight, busyShare: 1 }))).toBeUndefined();
  expect(kept(4_000, course(trafficOf(15_000), NOW, { inFlight, busyShare: 1 }))).toBeLessThan(100);
  expect(kept(4_000, course(trafficOf(2), NOW + 4_000, { inFlight, busyShare: 1 }))).toBeLessThan(10);
});

test('the virtual queue shortens as time passes and is gone when the endpoint has recovered', () => {
  const traffic = trafficOf(10_000);
  burst(traffic, 500);
  expect(drain(traffic, course(traffic, NOW + 100_000), NOW + 100_000)).toBeCloseTo(400, 0);
  const pace: Pace = traffic.pace;
  for (let n = 0; n < 30; n++) attemptEnded(pace, 5, NOW + 100_000);
  expect(drain(traffic, course(traffic, NOW + 101_000), NOW + 101_000)).toBe(0);
});
