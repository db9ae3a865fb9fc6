import { expect, test } from 'vitest';
import { nextStepMs, nextWidening } from './step-width.ts';

const HOUR_MS = 3_600_000;
const PLENTY = 3_000_000;

test('a step looks as far as should bring twice what is still wanted', () => {
  expect(nextStepMs(HOUR_MS, { wanted: 51, found: 10, rowsRead: 100 }, PLENTY)).toBeCloseTo(8.2 * HOUR_MS);
  expect(nextStepMs(HOUR_MS, { wanted: 51, found: 50, rowsRead: 100 }, PLENTY)).toBe(HOUR_MS);
});

test('what is rare and cheap to look for is looked for in a few steps, of which the last is all that is left', () => {
  const none = { wanted: 51, found: 0, rowsRead: 0 };
  const widths = [nextStepMs(HOUR_MS, none, PLENTY)];
  widths.push(nextStepMs(widths[0]!, none, PLENTY));
  expect(widths).toEqual([24 * HOUR_MS, Number.POSITIVE_INFINITY]);
});

test('a step does not look farther than its rows may cost', () => {
  expect(nextStepMs(HOUR_MS, { wanted: 51, found: 0, rowsRead: 300_000 }, PLENTY)).toBe(10 * HOUR_MS);
  expect(nextStepMs(HOUR_MS, { wanted: 51, found: 1, rowsRead: 1_000_000 }, 2_000_000)).toBe(2 * HOUR_MS);
});

test('a step is never narrower than the one before, so that a walk comes to its end', () => {
  expect(nextStepMs(HOUR_MS, { wanted: 51, found: 0, rowsRead: 2_000_000 }, 1)).toBe(HOUR_MS);
});

test('where most candidates matched, the next step looks at few more for each that is missing; where none did, at many', () => {
  expect(nextWidening(1, { wanted: 51, found: 40 })).toBe(6);
  expect(nextWidening(1, { wanted: 51, found: 1 })).toBe(16);
  expect(nextWidening(6, { wanted: 11, found: 0 })).toBe(96);
});
