import { expect, test } from 'vitest';
import { createReadTurns, TooManyReads } from './read-turns.ts';

const LONG_MS = 60_000;
const patient = new AbortController().signal;

/** Turns as they are taken, in their order, and ended by hand. */
function someTurns(turns: number) {
  const readTurns = createReadTurns({ turns, maxWaitMs: LONG_MS });
  const taken: string[] = [];
  const ends: Array<() => void> = [];
  return {
    taken,
    ends,
    async ask(accountId: string, times = 1) {
      for (let i = 0; i < times; i++) {
        readTurns.take(accountId, patient).then((end) => {
          taken.push(accountId);
          ends.push(end);
        });
      }
      await settled();
    },
  };
}

const settled = () => new Promise((done) => setImmediate(done));

test('an account has no more turns than it leaves free, however many it asks for, and whoever comes next finds one', async () => {
  const { ask, taken } = someTurns(10);
  for (const account of ['a', 'b', 'c', 'd']) await ask(account, 50);
  expect(taken.join('')).toBe('aaaaabbbcd');
});

test('a turn that ends is taken by the account that has the fewest, whoever has asked first', async () => {
  const { ask, taken, ends } = someTurns(4);
  await ask('a', 3);
  await ask('b', 2);
  await ask('c', 1);
  expect(taken.join('')).toBe('aabc');
  await ask('a', 1);
  await ask('d', 2);
  ends[1]!();
  await settled();
  expect(taken.join('')).toBe('aabcd');
  // With all ended one after the other, everybody has had what was asked for.
  for (let next = 0; next < ends.length; next++) {
    if (next !== 1) ends[next]!();
    await settled();
  }
  expect(taken.toSorted().join('')).toBe('aaaabbcdd');
});

test('who waits for too long, leaves, or comes when too many wait is told, and holds nobody up', async () => {
  const leaving = new AbortController();
  const turns = createReadTurns({ turns: 2, maxWaitMs: 20 });
  const end = await turns.take('a', patient);
  await expect(turns.take('a', patient)).rejects.toBeInstanceOf(TooManyReads);
  const left = turns.take('a', leaving.signal);
  leaving.abort(new Error('gone'));
  await expect(left).rejects.toBeInstanceOf(TooManyReads);
  const flood = Array.from({ length: 201 }, () => turns.take('a', patient));
  const told = (await Promise.allSettled(flood)).map(({ status }) => status);
  expect(told).not.toContain('fulfilled');
  end();
  expect(await turns.take('a', patient)).toBeTypeOf('function');
});
