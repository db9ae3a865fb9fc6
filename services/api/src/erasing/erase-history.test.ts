import type { Erasure } from '@herald/domain/erasure';
import { expect, test } from 'vitest';
import { createEraseHistory, type EraseHistoryOptions } from './erase-history.ts';

const erasure: Erasure = {
  accountId: 'acme',
  publicationId: 'pub_1',
  erasedAtMs: 1_000,
  eventEnds: [1],
  erasedBy: 'key k1',
};

function erasing(said: Partial<EraseHistoryOptions>) {
  return eraseHistory(said)({ accountId: 'acme' }, 'pub_1', 'key k1', (erase) => erase());
}

function eraseHistory(said: Partial<EraseHistoryOptions>) {
  return createEraseHistory({
    recorder: { record: async () => ({ kind: 'recorded', erasure }) },
    eraser: { erase: async () => ({ events: 1, routes: 2, attempts: 3 }) },
    erasures: { list: () => [] },
    timeoutMs: 10,
    onFailure: () => {},
    now: () => 1_000,
    ...said,
  });
}

test('nothing is erased before it is on record that it is to be', async () => {
  const steps: string[] = [];
  await erasing({
    recorder: {
      async record(wanted) {
        steps.push(`record ${JSON.stringify(wanted)}`);
        return { kind: 'recorded', erasure };
      },
    },
    eraser: {
      async erase() {
        steps.push('erase');
        return { events: 0, routes: 0, attempts: 0 };
      },
    },
  });
  expect(steps).toEqual(['record {"accountId":"acme","publicationId":"pub_1","erasedBy":"key k1"}', 'erase']);
});

test('what ClickHouse cannot do now is on record, and is answered as such', async () => {
  const away = { erase: () => Promise.reject(new Error('ClickHouse is away')) };
  expect(await erasing({ eraser: away })).toEqual({ kind: 'recorded', erasedAtMs: 1_000 });
  const slow = { erase: () => new Promise<never>(() => {}) };
  expect(await erasing({ eraser: slow })).toEqual({ kind: 'recorded', erasedAtMs: 1_000 });
});

test('without Kafka nothing is erased: a rebuild would bring it back', async () => {
  const away = { kind: 'unavailable', detail: 'Kafka gave no answer in 10 ms' } as const;
  const eraser = { erase: () => expect.unreachable() };
  expect(await erasing({ recorder: { record: async () => away }, eraser })).toEqual(away);
});

test('an account that has erased too many of late is refused, and nothing of that is put on record', async () => {
  const list = () => Array.from({ length: 1_000 }, () => ({ ...erasure, erasedAtMs: 600 }));
  const nothing = () => expect.unreachable();
  const erase = eraseHistory({ recorder: { record: nothing }, erasures: { list } });
  const answer = await erase({ accountId: 'acme' }, 'pub_1', 'key k1', nothing);
  expect(answer).toEqual({ kind: 'too_many', fromMs: 600 + 86_400_000 });
});

test('a flood is put on record and left to the loggers, and does not queue up before ClickHouse', async () => {
  const done = Promise.withResolvers<{ events: number; routes: number; attempts: number }>();
  let asked = 0;
  const erase = eraseHistory({
    eraser: {
      erase() {
        asked += 1;
        return done.promise;
      },
    },
    timeoutMs: 60_000,
  });
  const erasePublication = () => erase({ accountId: 'acme' }, 'pub_1', 'key k1', (made) => made());
  const first = Array.from({ length: 8 }, erasePublication);
  expect(await Promise.all([erasePublication(), erasePublication()])).toMatchObject([
    { kind: 'recorded' },
    { kind: 'recorded' },
  ]);
  expect(asked).toBe(8);
  done.resolve({ events: 0, routes: 0, attempts: 0 });
  for (const answer of await Promise.all(first)) expect(answer).toMatchObject({ kind: 'erased' });
  expect(await erasePublication()).toMatchObject({ kind: 'erased' });
});
