import { expect, it } from 'vitest';
import { nextInLine, whoGivesWay } from './places.ts';

const asks = (accountId: string, createdAtMs = 0) => ({ accountId, createdAtMs });

it('the first in line is of the account with the fewest places, and of those the oldest', () => {
  const places = new Map([
    ['a', 2],
    ['b', 1],
  ]);
  expect(nextInLine([asks('a', 1), asks('b', 2), asks('b', 3)], places)).toEqual(asks('b', 2));
  expect(nextInLine([asks('a', 1), asks('b', 2), asks('c', 9)], places)).toEqual(asks('c', 9));
  expect(nextInLine([], places)).toBeUndefined();
});

it('who has the most places gives one up only where that brings the two nearer', () => {
  const places = new Map([
    ['a', 2],
    ['b', 3],
  ]);
  expect(whoGivesWay([asks('c')], places)).toBe('b');
  expect(whoGivesWay([asks('a')], places)).toBeUndefined();
  expect(whoGivesWay([asks('c')], new Map([['a', 1]]))).toBeUndefined();
  expect(whoGivesWay([], places)).toBeUndefined();
});
