import { expect, test } from 'vitest';
import { isWholeFor, unreadableEndpoints } from './unreadable.ts';

const entry = (owner: string | undefined) => ({ revision: 1, reason: 'newer', owner });

test('an account is whole while none of its endpoints is unreadable, and none of which the account is not known', () => {
  expect(isWholeFor('a', new Map())).toBe(true);
  expect(isWholeFor('a', new Map([['e1', entry('b')]]))).toBe(true);
  expect(
    isWholeFor(
      'a',
      new Map([
        ['e1', entry('b')],
        ['e2', entry('a')],
      ]),
    ),
  ).toBe(false);
  expect(isWholeFor('a', new Map([['e1', entry(undefined)]]))).toBe(false);
});

test('readiness is told how many cannot be read, and which', () => {
  expect(unreadableEndpoints(new Map())).toBeUndefined();
  const told = unreadableEndpoints(new Map(Array.from({ length: 9 }, (_, n) => [`e${n}`, entry('a')])));
  expect(told).toBe('9 records of endpoints cannot be read by this version: update it (e0, e1, e2, e3, e4)');
});
