import { expect, it } from 'vitest';
import { settlingMs } from './settling.ts';

it('waits until what had ended is on record, and never for longer, whatever the clock of the asker says', () => {
  expect(settlingMs(10_000, 10_000)).toBe(2_000);
  expect(settlingMs(10_000, 11_500)).toBe(500);
  expect(settlingMs(10_000, 60_000)).toBe(0);
  expect(settlingMs(9_999_999, 10_000)).toBe(2_000);
});
