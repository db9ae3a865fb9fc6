import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Progress, planCount, SLICE_MS, type Slice } from './slices.ts';

const SETTLED_AFTER_MS = 60_000;
const START: Progress = { untilMs: 0, seen: new Map() };

test('a slice is counted when something was added to it, and rests while nothing is', () => {
  const now = 200_000;
  const first = planCount(START, [{ startMs: 190_000, changes: 3 }], now, SETTLED_AFTER_MS);
  expect(first.slices).toEqual([190_000]);
  const second = planCount(first.next, [{ startMs: 190_000, changes: 3 }], now + 1, SETTLED_AFTER_MS);
  expect(second.slices).toEqual([]);
  const third = planCount(second.next, [{ startMs: 190_000, changes: 4 }], now + 2, SETTLED_AFTER_MS);
  expect(third.slices).toEqual([190_000]);
});

/** An insert: its change shows at some time, its rows not later than the time that an insert may take. */
const insert = fc
  .tuple(
    fc.nat(300_000),
    fc.integer({ min: 0, max: SETTLED_AFTER_MS }),
    fc.integer({ min: 0, max: SETTLED_AFTER_MS }),
  )
  .map(([beginMs, a, b]) => ({
    beginMs,
    changeMs: beginMs + Math.min(a, b),
    rowsMs: beginMs + Math.max(a, b),
  }));

test('every insert is counted once its rows are there, however late they show and however rarely one counts', () => {
  fc.assert(
    fc.property(
      fc.array(insert, { maxLength: 30 }),
      fc.array(fc.integer({ min: 1, max: 90_000 }), { minLength: 1, maxLength: 30 }),
      fc.boolean(),
      (inserts, rests, restarts) => {
        const counted = new Set<(typeof inserts)[number]>();
        let progress = START;
        const round = (nowMs: number) => {
          const found = new Map<number, Slice>();
          for (const { beginMs, changeMs } of inserts) {
            const startMs = Math.floor(beginMs / SLICE_MS) * SLICE_MS;
            if (changeMs > nowMs || startMs < progress.untilMs) continue;
            found.set(startMs, { startMs, changes: (found.get(startMs)?.changes ?? 0) + 1 });
          }
          const { slices, next } = planCount(progress, [...found.values()], nowMs, SETTLED_AFTER_MS);
          for (const one of inserts) {
            const startMs = Math.floor(one.beginMs / SLICE_MS) * SLICE_MS;
            if (slices.includes(startMs) && one.rowsMs <= nowMs) counted.add(one);
          }
          // A new keeper knows what is on record, and not what the old one has seen.
          progress = restarts ? { untilMs: next.untilMs, seen: new Map() } : next;
        };
        let nowMs = 0;
        for (const restMs of rests) {
          nowMs += restMs;
          round(nowMs);
        }
        round(Math.max(nowMs, 300_000) + 2 * SETTLED_AFTER_MS + 240_000);
        expect(inserts.filter((one) => !counted.has(one))).toEqual([]);
        expect(progress.seen.size).toBeLessThanOrEqual((SETTLED_AFTER_MS + 240_000) / SLICE_MS + 1);
      },
    ),
  );
});
