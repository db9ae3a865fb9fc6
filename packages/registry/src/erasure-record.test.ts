import type { Erasure } from '@herald/domain/erasure';
import { expect, test } from 'vitest';
import { erasureKey, erasureOf, erasureRecordOf } from './erasure-record.ts';

const ofPublication: Erasure = {
  accountId: 'acme',
  publicationId: 'pub/1',
  erasedAtMs: 1_710_513_000_000,
  eventEnds: [1, 2],
  erasedBy: 'ada',
};

test('an erasure comes back from its record as it was', () => {
  const ofAccount = { ...ofPublication, publicationId: undefined };
  for (const erasure of [ofPublication, ofAccount]) {
    expect(erasureOf(erasureRecordOf(erasure))).toEqual(erasure);
  }
});

test('no account and publication share a key with others, whatever characters their ids have', () => {
  const keys = [
    { ...ofPublication, accountId: 'a', publicationId: 'b/c' },
    { ...ofPublication, accountId: 'a/b', publicationId: 'c' },
    { ...ofPublication, accountId: 'a","b', publicationId: 'c' },
    { ...ofPublication, accountId: 'a', publicationId: undefined },
    { ...ofPublication, accountId: 'a', publicationId: '' },
  ].map(erasureKey);
  expect(new Set(keys).size).toBe(keys.length);
});
