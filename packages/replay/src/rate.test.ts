import fc from 'fast-check';
import { expect, test } from 'vitest';
import { newRate, take } from './rate.ts';

test('behind any batch no more is sent than the rate and one burst allow, and no batch waits longer than it takes', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 5_000 }),
      fc.array(fc.record({ tokens: fc.integer({ min: 1, max: 30 }), idleMs: fc.nat(500) }), {
        maxLength: 50,
      }),
      (perSecond, batches) => {
        const rate = newRate(perSecond, 0);
        const sent: { atMs: number; tokens: number }[] = [];
        let nowMs = 0;
        for (const { tokens, idleMs } of batches) {
          nowMs += idleMs;
          const waitMs = take(rate, tokens, nowMs);
          expect(waitMs).toBeLessThanOrEqual((tokens * 1_000) / perSecond + 1e-6);
          nowMs += waitMs;
          sent.push({ atMs: nowMs, tokens });
        }
        for (const [index, first] of sent.entries()) {
          let after = 0;
          for (const { atMs, tokens } of sent.slice(index + 1)) {
            after += tokens;
            expect(after).toBeLessThanOrEqual(rate.burst + ((atMs - first.atMs) * perSecond) / 1_000 + 1e-6);
          }
        }
      },
    ),
  );
});

test('a silence is not made up for by more than a burst', () => {
  const rate = newRate(100, 0);
  expect(rate.burst).toBe(10);
  expect(take(rate, 10, 60_000)).toBe(0);
  expect(take(rate, 10, 60_000)).toBeCloseTo(100);
});

test('a clock that is set back stops nothing for longer than what was taken last', () => {
  const rate = newRate(100, 3_600_000);
  take(rate, 10, 3_600_000);
  expect(take(rate, 10, 0)).toBeCloseTo(100);
});
