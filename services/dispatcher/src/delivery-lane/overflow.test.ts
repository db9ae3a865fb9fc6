import fc from 'fast-check';
import { expect, test } from 'vitest';
import { keepInMemory, MAX_PARK_MS, MAX_QUEUE_MS, place } from './overflow.ts';
import { attemptEnded, drain, newPace, type Pace, sustained } from './pace.ts';

const NOW = 1_700_000_000_000;
const fresh = (n: number) => ({ deliveryId: `d${n}`, step: 0, dueAtMs: 0 });

/** A pace learned from attempts of that duration. */
function paceOf(durationMs: number, attempts = 50): Pace {
  const pace = newPace(NOW);
  for (let n = 0; n < attempts; n++) attemptEnded(pace, durationMs, NOW);
  return pace;
}

/** Lets deliveries arrive as one burst, as the lane does it. */
function burst(pace: Pace, maxInFlight: number, count: number) {
  let queued = 0;
  const parkedUntilMs: number[] = [];
  for (let n = 0; n < count; n++) {
    const perMs = sustained(pace, maxInFlight, maxInFlight, NOW, 0);
    const placement = place(fresh(n), { queued, backlog: drain(pace, perMs, NOW), perMs }, NOW);
    pace.backlog += 1;
    if (placement.kind === 'queue') queued += 1;
    else parkedUntilMs.push(placement.dueAtMs);
  }
  return { queued, parkedUntilMs };
}

test('a healthy endpoint takes a burst of 20,000 without parking one', () => {
  expect(burst(paceOf(1), 10, 20_000).parkedUntilMs).toEqual([]);
});

test('an endpoint that is not known yet takes a burst too', () => {
  expect(burst(newPace(NOW), 10, 20_000).parkedUntilMs).toEqual([]);
});

test('an endpoint that always times out keeps next to nothing in memory', () => {
  expect(burst(paceOf(15_000), 10, 1_000).queued).toBeLessThanOrEqual(3);
});

test('what is parked returns at the pace of the endpoint, not as one', () => {
  const { parkedUntilMs } = burst(paceOf(1_000), 10, 1_000);
  const atOnce = new Map<number, number>();
  for (const ms of parkedUntilMs)
    atOnce.set(Math.floor(ms / 1_000), (atOnce.get(Math.floor(ms / 1_000)) ?? 0) + 1);
  expect(Math.max(...atOnce.values())).toBeLessThanOrEqual(20);
});

test('whatever the load, memory holds at most what the pace allows, and no parking is early or endless', () => {
  fc.assert(
    fc.property(
      fc.record({
        queued: fc.nat(50_000),
        backlog: fc.double({ min: 0, max: 1e7, noNaN: true }),
        perMs: fc.double({ min: 1e-5, max: 100, noNaN: true }),
      }),
      fc.boolean(),
      (load, hasWaited) => {
        const placement = place({ deliveryId: 'd', step: 3, dueAtMs: hasWaited ? NOW - 5 : 0 }, load, NOW);
        if (placement.kind === 'queue') {
          expect(load.queued).toBeLessThanOrEqual(load.perMs * MAX_QUEUE_MS * 2);
        } else {
          expect(placement.dueAtMs).toBeGreaterThanOrEqual(NOW + MAX_QUEUE_MS);
          expect(placement.dueAtMs).toBeLessThanOrEqual(NOW + MAX_PARK_MS * 1.2 + 1);
        }
      },
    ),
  );
});

test('a delivery that comes back from its tier does not queue behind those parked after it', () => {
  const pace = paceOf(15_000);
  burst(pace, 10, 1_000);
  const perMs = sustained(pace, 10, 10, NOW, 0);
  const returning = { deliveryId: 'd1', step: 1, dueAtMs: NOW - 1 };
  expect(place(returning, { queued: 0, backlog: pace.backlog, perMs }, NOW)).toEqual({ kind: 'queue' });
});

test('one time-out among quick answers parks nothing, ten in a row do', () => {
  const once = paceOf(2);
  attemptEnded(once, 15_000, NOW);
  expect(keepInMemory(1_000, sustained(once, 0, 10, NOW, 0))).toBeUndefined();
  for (let n = 0; n < 10; n++) attemptEnded(once, 15_000, NOW);
  expect(keepInMemory(1_000, sustained(once, 0, 10, NOW, 0))).toBeLessThan(20);
});

test('an endpoint that stops answering gives up its queue before its first time-out', () => {
  const pace = paceOf(2);
  expect(keepInMemory(4_000, sustained(pace, 10, 10, NOW + 400, 0))).toBeUndefined();
  expect(keepInMemory(4_000, sustained(pace, 10, 10, NOW + 1_000, 0))).toBe(20);
  expect(keepInMemory(4_000, sustained(pace, 0, 10, NOW + 60_000, 0))).toBeUndefined();
});

test('a dispatcher short of CPU does not take its own delay for the slowness of an endpoint', () => {
  const pace = paceOf(150);
  expect(keepInMemory(4_000, sustained(pace, 10, 10, NOW, 0))).toBeLessThan(200);
  expect(keepInMemory(4_000, sustained(pace, 10, 10, NOW, 1))).toBeUndefined();
  expect(keepInMemory(4_000, sustained(paceOf(15_000), 10, 10, NOW, 1))).toBeLessThan(100);
  expect(keepInMemory(4_000, sustained(paceOf(2), 10, 10, NOW + 4_000, 1))).toBeLessThan(10);
});

test('the virtual queue shortens as time passes and is gone when the endpoint has recovered', () => {
  const pace = paceOf(10_000);
  burst(pace, 10, 500);
  const slow = sustained(pace, 0, 10, NOW, 0);
  expect(drain(pace, slow, NOW + 100_000)).toBeCloseTo(400, 0);
  for (let n = 0; n < 30; n++) attemptEnded(pace, 5, NOW + 100_000);
  expect(drain(pace, sustained(pace, 0, 10, NOW + 100_000, 0), NOW + 101_000)).toBe(0);
});
