import { expect, test } from 'vitest';
import { percentilesOf } from './percentiles.ts';

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
