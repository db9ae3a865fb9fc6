import type { Endpoint } from '@herald/domain/endpoint';
import type { WriteResult } from '@herald/registry/endpoint-writer';
import { expect, it } from 'vitest';
import type { Account } from '../account/account.ts';
import { putChannel } from './put-channel.ts';

const WRITTEN: WriteResult = { kind: 'written', revision: 9 };
const named = (name: string) => ({ id: 'ep_1', name }) as Endpoint;

/** An account in which others make (true) or delete (false) the endpoint between each look and the write after it. */
function accountWith(isThere: boolean, others: boolean[]) {
  let current = isThere ? named('as it was') : undefined;
  const interfere = () => {
    const made = others.shift();
    if (made !== undefined) current = made ? named('of another') : undefined;
  };
  const endpoints = {
    get: () => current && { endpoint: current, revision: 1 },
    async create(endpoint: Endpoint): Promise<WriteResult> {
      interfere();
      if (current) return { kind: 'conflict', current: { endpoint: current, revision: 2 } };
      current = endpoint;
      return WRITTEN;
    },
    async updateLatest(_id: string, change: (of: Endpoint) => Endpoint): Promise<WriteResult> {
      interfere();
      if (!current) return { kind: 'missing' };
      current = change(current);
      return WRITTEN;
    },
  };
  return { account: { endpoints } as unknown as Pick<Account, 'endpoints'>, name: () => current?.name };
}

async function put(isThere: boolean, others: boolean[], make?: () => Endpoint) {
  const { account, name } = accountWith(isThere, others);
  const result = await putChannel(account, 'ep_1', make, (current) => named(`${current.name}, changed`));
  return { kind: result.kind, name: name() };
}

it.each<[string, boolean, boolean[], string]>([
  ['makes what is not there', false, [], 'made'],
  ['changes what is there', true, [], 'as it was, changed'],
  ['changes what another made meanwhile', false, [true], 'of another, changed'],
  ['makes again what another deleted meanwhile', true, [false], 'made'],
  ['changes what another made again meanwhile', true, [false, true], 'of another, changed'],
])('a channel %s', async (_, isThere, others, name) => {
  expect(await put(isThere, others, () => named('made'))).toEqual({ kind: 'written', name });
});

it('a channel that others make and delete each time is given up', async () => {
  expect(await put(false, [true, false, true, false], () => named('made'))).toMatchObject({
    kind: 'unavailable',
  });
});

it('what is to be switched is looked for where everybody writes, not only in what this process knows', async () => {
  expect(await put(false, [true])).toEqual({ kind: 'written', name: 'of another, changed' });
  expect(await put(false, [])).toEqual({ kind: 'missing', name: undefined });
});
