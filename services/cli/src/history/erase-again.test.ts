import type { Erased } from '@herald/clickhouse/erasing/eraser';
import type { Erasure } from '@herald/domain/erasure';
import { expect, test } from 'vitest';
import { eraseAgain } from './erase-again.ts';

const all = ['a', 'b', 'c'].map((accountId) => ({ accountId }) as Erasure);

async function run({ stopAt }: { stopAt: string }) {
  const stop = new AbortController();
  const erased: string[] = [];
  const shown: string[] = [];
  const isDone = await eraseAgain({
    erasures: { list: () => all },
    eraser: {
      async erase({ accountId }) {
        erased.push(accountId);
        if (accountId === stopAt) stop.abort();
        return {} as Erased;
      },
    },
    bar: { show: (done, total, words) => shown.push(`${words} ${done}/${total}`) },
    signal: stop.signal,
  });
  return { isDone, erased, shown };
}

test('all that is on record as erased is erased again, with a bar of its own', async () => {
  const { isDone, erased, shown } = await run({ stopAt: 'nowhere' });
  expect([isDone, erased]).toEqual([true, ['a', 'b', 'c']]);
  expect(shown[1]).toBe('erasures made again 1/3');
});

test('a stop ends it before the next one, and it is not taken for done', async () => {
  expect(await run({ stopAt: 'b' })).toMatchObject({ isDone: false, erased: ['a', 'b'] });
});
