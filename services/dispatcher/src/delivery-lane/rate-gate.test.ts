import fc from 'fast-check';
import { expect, test } from 'vitest';
import { BURST_MS, newRateGate, opensAtMs, pass } from './rate-gate.ts';

/** Starts whenever the gate lets it, looking at each of the given times. */
function startsAt(looksMs: readonly number[], perSecond: number): number[] {
  const gate = newRateGate();
  return looksMs.filter((nowMs) => {
    if (opensAtMs(gate, perSecond, nowMs) > nowMs) return false;
    pass(gate, perSecond, nowMs);
    return true;
  });
}

test('in no stretch of time do more start than the rate and its burst allow, whenever one looks', () => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: 0, max: 400, noNaN: true }), { maxLength: 300 }),
      fc.double({ min: 0.01, max: 10_000, noNaN: true }),
      (waitsMs, perSecond) => {
        let nowMs = 1_000;
        const starts = startsAt(
          waitsMs.map((waitMs) => (nowMs += waitMs)),
          perSecond,
        );
        for (let from = 0; from < starts.length; from++) {
          for (let to = from; to < starts.length; to++) {
            const stretchMs = starts[to]! - starts[from]!;
            expect(to - from + 1).toBeLessThanOrEqual(
              (perSecond * (stretchMs + BURST_MS)) / 1_000 + 1 + 1e-6,
            );
          }
        }
      },
    ),
  );
});

test('with work at all times the rate is reached, though every timer is late by a few milliseconds', () => {
  const gate = newRateGate();
  let started = 0;
  for (let nowMs = 1_000; nowMs < 61_000; ) {
    const opensMs = opensAtMs(gate, 50, nowMs);
    if (opensMs <= nowMs) {
      pass(gate, 50, nowMs);
      started += 1;
    } else nowMs = Math.ceil(opensMs) + (started % 7);
  }
  expect(started).toBeGreaterThanOrEqual(3_000);
  expect(started).toBeLessThanOrEqual(3_000 + 50 * (BURST_MS / 1_000) + 1);
});

test('a limit that is raised holds at once, whatever was owed under the old one', () => {
  const gate = newRateGate();
  pass(gate, 0.01, 1_000);
  expect(opensAtMs(gate, 0.01, 1_000)).toBe(101_000 - BURST_MS);
  expect(opensAtMs(gate, 10, 1_000)).toBeLessThanOrEqual(1_100);
  pass(gate, 10, 1_100);
  expect(opensAtMs(gate, 10, 1_100)).toBeLessThanOrEqual(1_200);
});
