import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createCheckTurns, MAX_CHECKS, MAX_WAIT_MS } from './check-turns.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

async function taken(turn: ReturnType<ReturnType<typeof createCheckTurns>['take']>) {
  const got = await turn;
  if (got.kind !== 'taken') throw new Error(got.kind);
  return got;
}

it('accounts that take every turn make another wait for one of them to end, and do not go before it', async () => {
  const turns = createCheckTurns();
  const first = await taken(turns.take('many_0'));
  const second = await taken(turns.take('many_1'));
  for (let n = 2; n < MAX_CHECKS; n++) await taken(turns.take(`many_${n}`));
  const begun: string[] = [];
  const wait = (account: string) => void taken(turns.take(account)).then(() => begun.push(account));
  wait('many_2');
  wait('many_3');
  wait('other');
  first.release();
  await vi.advanceTimersByTimeAsync(0);
  expect(begun).toEqual(['other']);
  second.release();
  await vi.advanceTimersByTimeAsync(0);
  expect(begun).toEqual(['other', 'many_2']);
});

it('who gets no turn in time is told so, and takes none later', async () => {
  const turns = createCheckTurns();
  const first = await taken(turns.take('many_0'));
  for (let n = 1; n < MAX_CHECKS; n++) await taken(turns.take(`many_${n}`));
  const late = turns.take('other');
  await vi.advanceTimersByTimeAsync(MAX_WAIT_MS);
  expect(await late).toEqual({ kind: 'too_many', checks: MAX_CHECKS, of: 'this process' });
  first.release();
  expect((await turns.take('next')).kind).toBe('taken');
});

it('one that waits counts for its account as one under way', async () => {
  const turns = createCheckTurns();
  for (let n = 0; n < MAX_CHECKS; n++) await taken(turns.take(`many_${n}`));
  for (let n = 0; n < 2; n++) void turns.take('other');
  expect(await turns.take('other')).toEqual({ kind: 'too_many', checks: 2, of: 'the account' });
});
