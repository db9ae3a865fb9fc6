import { expect, test } from 'vitest';
import type { Account } from '../account/account.ts';
import { redeliverOperation } from '../deliveries/redeliver-operation.ts';
import type { AnyOperation, Asked } from '../http/operation.ts';
import { replayOperations } from '../replays/replay-operations.ts';

/** It has one endpoint, which a newer version has configured, and a dead delivery to it. */
const account = {
  endpoints: { get: () => undefined, isUnreadable: () => true },
  deadLetters: { find: async () => [{ deliveryId: 'd', eventId: 'ev', endpointId: 'ep', state: 'dead' }] },
  deliveries: { replayed: async () => [] },
} as unknown as Account;

test.each<[string, AnyOperation | undefined]>([
  ['a redelivery', redeliverOperation(async (read, answer) => answer(await read()), Date.now)],
  ['a replay', replayOperations(100, Date.now).find(({ operationId }) => operationId === 'createReplay')],
])(
  '%s to an endpoint that this process cannot read is for later, and not refused for good',
  async (_, to) => {
    const asked = { account, params: { delivery_id: 'd' }, body: { target_endpoint_id: 'ep' } };
    const answer = await to!.handle(
      asked as unknown as Asked<Record<string, unknown>, Record<string, unknown>, unknown>,
    );
    expect(answer).toMatchObject({ problem: { status: 503, code: 'endpoint_unreadable' } });
  },
);
