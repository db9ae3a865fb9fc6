import { expect, test } from 'vitest';
import { z } from 'zod';
import { inOrder, instant } from './fields.ts';

const range = inOrder(
  z.strictObject({ from: instant('not before').optional(), to: instant('before').optional() }),
);

/** The fields that are refused. */
function refused(given: { from?: string; to?: string }): PropertyKey[] {
  const { error } = range.safeParse(given);
  return (error?.issues ?? []).map(({ path }) => path[0]!);
}

test('a range that does not begin before its end is refused, and one that is open is not', () => {
  expect(refused({ from: '2026-03-15T14:30:00Z', to: '2026-03-15T14:30:00Z' })).toEqual(['from']);
  expect(refused({ from: '2026-03-15T14:29:59.999Z', to: '2026-03-15T14:30:00Z' })).toEqual([]);
  expect(refused({ from: '2026-03-15T14:30:00Z' })).toEqual([]);
});

test('what is no time is refused as such alone, at either end', () => {
  expect(refused({ from: '2026-03-15T14:30:00Z', to: 'tomorrow' })).toEqual(['to']);
  expect(refused({ from: 'yesterday', to: '2026-03-15T14:30:00Z' })).toEqual(['from']);
  expect(refused({ from: 'yesterday', to: 'tomorrow' })).toEqual(['from', 'to']);
});
