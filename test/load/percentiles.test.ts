import { expect, test } from 'vitest';
import { median, medianRound, percentilesOf } from './percentiles.ts';

test('each percentile is a value that was measured, by nearest rank', () => {
  const hundred = Array.from({ length: 100 }, (_, index) => 100 - index);
  expect(percentilesOf(hundred)).toEqual({ count: 100, p50: 50, p90: 90, p99: 99, max: 100 });
});

test('what never arrived makes a percentile infinite instead of leaving it out', () => {
  expect(percentilesOf([1, 2, Number.POSITIVE_INFINITY])).toMatchObject({ p50: 2, p99: Infinity });
});

test('of nothing there is no percentile', () => {
  expect(percentilesOf([])).toMatchObject({ count: 0, p50: Number.NaN });
});

test('one round in which the machine stood still does not decide, but its maximum is told', () => {
  const quiet = percentilesOf([1, 2, 3]);
  const stalled = percentilesOf([100, 200, 300]);
  expect(medianRound([quiet, stalled, quiet])).toEqual({ ...quiet, count: 9, max: 300 });
});

test('a latency that never ended in most of the rounds is infinite', () => {
  const lost = percentilesOf([1, Number.POSITIVE_INFINITY]);
  expect(medianRound([lost, percentilesOf([1]), lost]).p99).toBe(Number.POSITIVE_INFINITY);
});

test('of two the higher is the median, and of nothing there is none', () => {
  expect(median([1, 2])).toBe(2);
  expect(median([])).toBeNaN();
  expect(medianRound([]).max).toBeNaN();
});
