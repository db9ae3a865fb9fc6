import { expect, test } from 'vitest';
import { backoffMs } from './backoff.ts';

test('waits double up to a bound, whatever the number of failures', () => {
  const waits = [1, 2, 3, 6, 7, 1_000_000].map((failures) => backoffMs(failures, () => 1));
  expect(waits).toEqual([200, 400, 800, 6_400, 10_000, 10_000]);
});

test('at most half of a wait is taken off at random', () => {
  expect(backoffMs(7, () => 0)).toBe(5_000);
});
