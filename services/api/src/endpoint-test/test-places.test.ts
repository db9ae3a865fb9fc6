import { expect, it } from 'vitest';
import { createTestPlaces, MAX_TESTS, MAX_TESTS_PER_ACCOUNT } from './test-places.ts';

it('an account has few places, a process some, and who finds none is told when one is free at the latest', () => {
  let nowMs = 0;
  const places = createTestPlaces(() => nowMs);
  const take = (account: string, heldForMs = 30_000) => places.take(account, heldForMs);

  const first = take('acc_1', 20_000);
  for (let n = 1; n < MAX_TESTS_PER_ACCOUNT; n++) expect(take('acc_1').kind).toBe('taken');
  nowMs = 5_000;
  expect(take('acc_1')).toEqual({
    kind: 'too_many',
    tests: MAX_TESTS_PER_ACCOUNT,
    of: 'the account',
    endsInMs: 15_000,
  });
  if (first.kind !== 'taken') throw new Error(first.kind);
  first.release();
  expect(take('acc_1').kind).toBe('taken');

  for (let n = MAX_TESTS_PER_ACCOUNT; n < MAX_TESTS; n++) expect(take(`acc_of_${n}`).kind).toBe('taken');
  expect(take('acc_2')).toEqual({ kind: 'too_many', tests: MAX_TESTS, of: 'this process', endsInMs: 25_000 });
});
