import type { Erasure } from '@herald/domain/erasure';
import { expect, test } from 'vitest';
import { MAX_ERASURES_A_DAY, mayEraseFromMs } from './erasure-limit.ts';

const NOW_MS = 1_700_000_000_000;
const DAY_MS = 86_400_000;

/** One a second, the last one a minute ago. */
function erasuresOf(accountId: string, count: number): Erasure[] {
  return Array.from({ length: count }, (_, index) => ({
    accountId,
    publicationId: `pub_${index}`,
    erasedAtMs: NOW_MS - 60_000 - (count - 1 - index) * 1_000,
    eventEnds: [],
    erasedBy: '',
  }));
}

test('an account that has erased as many publications in a day as it may waits for the first of them to be a day old', () => {
  const full = erasuresOf('acme', MAX_ERASURES_A_DAY);
  expect(mayEraseFromMs(full.slice(1), 'acme', NOW_MS)).toBeUndefined();
  const fromMs = full[0]!.erasedAtMs + DAY_MS;
  expect(mayEraseFromMs(full, 'acme', NOW_MS)).toBe(fromMs);
  expect(mayEraseFromMs(full, 'acme', fromMs)).toBeUndefined();
  const more = erasuresOf('acme', MAX_ERASURES_A_DAY + 3);
  expect(mayEraseFromMs(more.toReversed(), 'acme', NOW_MS)).toBe(more[3]!.erasedAtMs + DAY_MS);
});

test('what others erase takes nothing away', () => {
  expect(mayEraseFromMs(erasuresOf('acme', 2 * MAX_ERASURES_A_DAY), 'other', NOW_MS)).toBeUndefined();
});
