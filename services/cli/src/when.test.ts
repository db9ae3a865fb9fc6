import { expect, test } from 'vitest';
import { ago } from './when.ts';

test('a distance in time is told in its largest unit, in either direction', () => {
  const nowMs = 10 * 24 * 60 * 60 * 1_000;
  const at = (distanceMs: number) => ago(nowMs - distanceMs, nowMs);
  expect([0, 999, 59_000, 61_000, 3_600_000, 90_000_000].map(at)).toEqual([
    'now',
    'now',
    '59 s ago',
    '1 min ago',
    '1 h ago',
    '1 d ago',
  ]);
  expect(at(-5_000)).toBe('in 5 s');
});
