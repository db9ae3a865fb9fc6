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
  const erase = createEraseHistory({
    record: async () => erasure,
    eraser: { erase: async () => ({ events: 1, routes: 2, attempts: 3 }) },
    timeoutMs: 10,
    onFailure: () => {},
    ...said,
  });
  return erase({ accountId: 'acme' }, 'pub_1', 'key k1');
}

test('nothing is erased before it is on record that it is to be', async () => {
  const steps: string[] = [];
  await erasing({
    async record(wanted) {
      steps.push(`record ${JSON.stringify(wanted)}`);
      return erasure;
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
  const record = () => Promise.reject(new Error('Kafka gave no answer in 10 ms'));
  const eraser = { erase: () => expect.unreachable() };
  expect(await erasing({ record, eraser })).toEqual({
    kind: 'unavailable',
    detail: 'Kafka gave no answer in 10 ms',
  });
});
