import type { SchemaSource } from '@herald/contracts/schema-registry';
import { expect, it } from 'vitest';
import { createConfigurationLog } from './configuration-log.ts';

const source = {} as SchemaSource;
const ids = new Set(['ep_1']);

it('what Kafka does not give is told to be unread, and never to be forgotten', async () => {
  const failures: unknown[] = [];
  const log = createConfigurationLog({
    source,
    reader: { read: () => Promise.reject(new Error('away')) },
    onFailure: (error) => failures.push(error),
  });
  expect(await log.at(9, ids)).toEqual(new Map([['ep_1', { kind: 'unread' }]]));
  expect(failures).toHaveLength(1);
});

it('one reading goes on at a time, few wait for it, and who comes beyond is told that it is unread', async () => {
  const under = Promise.withResolvers<{
    kind: 'records';
    records: [];
    nextOffset: number;
    endOffset: number;
  }>();
  let reads = 0;
  const log = createConfigurationLog({
    source,
    reader: {
      read() {
        reads += 1;
        return under.promise;
      },
    },
    onFailure: () => {},
  });
  const asked = Array.from({ length: 4 }, () => log.at(9, ids));
  expect(await log.at(9, ids)).toEqual(new Map([['ep_1', { kind: 'unread' }]]));
  expect(reads).toBe(1);
  under.resolve({ kind: 'records', records: [], nextOffset: 10, endOffset: 10 });
  for (const answer of await Promise.all(asked)) expect(answer.get('ep_1')).toEqual({ kind: 'forgotten' });
  expect((await log.at(9, ids)).get('ep_1')).toEqual({ kind: 'forgotten' });
});

it('who waits for a reading that hangs is answered in the time of one', async () => {
  const log = createConfigurationLog({
    source,
    reader: { read: () => new Promise(() => {}) },
    timeoutMs: 20,
    onFailure: () => {},
  });
  const answers = await Promise.all([log.at(9, ids), log.at(9, ids), log.at(9, ids)]);
  for (const answer of answers) expect(answer.get('ep_1')).toEqual({ kind: 'unread' });
  expect((await log.at(9, ids)).get('ep_1')).toEqual({ kind: 'unread' });
});
