import type { DeliveryAttempt } from '@herald/contracts/generated/delivery-attempt';
import { type Behaviour, flaky, slow } from '@herald/testkit/behaviour';
import { eventually } from '@herald/testkit/eventually';
import { type Herald, openHerald, type TestAccount } from '@herald/testkit/herald';
import { createReceiver, type Receiver } from '@herald/testkit/receiver';
import { untilSettled } from '@herald/testkit/settling';
import { openWitness, type Witness } from '@herald/testkit/witness';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { publish } from './publishing.ts';
import { verifierOf } from './signature.ts';

const EVENTS = 600;
const EVENTS_PER_SECOND = 100;

let herald: Herald;
let witness: Witness;
const onRecord: DeliveryAttempt[] = [];
const receivers: Receiver[] = [];

beforeAll(async () => {
  herald = await openHerald();
  witness = await openWitness({ ...herald.stack, onAttempt: (attempt) => onRecord.push(attempt) });
});

afterAll(async () => {
  await witness?.close();
  for (const receiver of receivers) await receiver.close();
  await herald?.close();
});

async function endpointWith(account: TestAccount, behaviour: Behaviour) {
  const receiver = await createReceiver({ behaviour });
  receivers.push(receiver);
  const added = await account.addEndpoint({ url: receiver.url, retry_schedule: ['5s', '5s', '5s'] });
  receiver.verifyWith(verifierOf(added.secret));
  return { receiver, endpointId: added.endpointId };
}

/** Publishes, and does `interfere` once half of it is on record; resolves when all is settled. */
async function runWith(
  account: TestAccount,
  behaviours: readonly Behaviour[],
  interfere: () => Promise<void>,
) {
  const endpoints = await Promise.all(behaviours.map((behaviour) => endpointWith(account, behaviour)));
  let interfering: Promise<void> | undefined;
  const events = await publish(herald, account, {
    count: EVENTS,
    eventsPerSecond: EVENTS_PER_SECOND,
    seed: 11,
    onPublished(count) {
      if (count >= EVENTS / 2) interfering ??= interfere();
    },
  });
  await interfering;
  const duties = events.flatMap(({ event_id: eventId }) =>
    endpoints.map(({ endpointId }) => ({ eventId, endpointId })),
  );
  const arrivals = () => endpoints.flatMap(({ receiver }) => receiver.requests);
  return { endpoints, account: await untilSettled({ duties, arrivals, witness }) };
}

test('kill -9 of the dispatcher loses nothing, and repeats at most what was in flight or just complete', async () => {
  const account = await herald.openAccount();
  const maxConcurrency = 10;
  let boundary = 0;
  const { endpoints, account: settled } = await runWith(
    account,
    [slow({ afterMs: 20 }), flaky({ share: 0.2 })],
    async () => {
      boundary = Date.now();
      await herald.services.kill9('dispatcher');
      await herald.services.start('dispatcher');
    },
  );
  expect(settled).toMatchObject({ delivered: 2 * EVENTS, lost: [], waiting: 0, dead: 0, unexpected: [] });

  // Completed in the last 100 ms, and as long again for a commit that the machine keeps waiting.
  const arrivedShortlyBefore = endpoints
    .flatMap(({ receiver }) => receiver.requests)
    .filter(({ arrivedAtMs }) => arrivedAtMs <= boundary && arrivedAtMs > boundary - 200).length;
  expect(settled.duplicates).toBeLessThanOrEqual(arrivedShortlyBefore + 2 * maxConcurrency);
}, 400_000);

test('kill -9 of the logger: a read shows each attempt exactly once', async () => {
  const account = await herald.openAccount();
  const { account: settled } = await runWith(account, [flaky({ share: 0.5 })], async () => {
    await herald.services.kill9('logger');
    await herald.services.start('logger');
  });
  expect(settled).toMatchObject({ delivered: EVENTS, lost: [], duplicates: 0 });

  const expected = onRecord
    .filter(({ account_id }) => account_id === account.accountId)
    .map(({ attempt_id }) => attempt_id);
  expect(new Set(expected).size).toBe(expected.length);
  await eventually(async () => expect((await attemptsRead(account)).sort()).toEqual(expected.sort()), {
    timeoutMs: 60_000,
    everyMs: 1_000,
  });
}, 400_000);

interface Page {
  items: { delivery_id: string }[];
  next_cursor: string | null;
}

/** The ids of all attempts of the account, as the delivery log shows them: one delivery after the other. */
async function attemptsRead(account: TestAccount): Promise<string[]> {
  const api = account.api();
  const attemptIds: string[] = [];
  let cursor: string | null = '';
  while (cursor !== null) {
    const query = new URLSearchParams({ limit: '200', ...(cursor ? { cursor } : {}) });
    const page: Page = await api.get<Page>(`/v1/deliveries?${query}`);
    for (const { delivery_id } of page.items) {
      const { history } = await api.get<{ history: { attempt_id: string }[] }>(
        `/v1/deliveries/${delivery_id}`,
      );
      attemptIds.push(...history.map(({ attempt_id }) => attempt_id));
    }
    cursor = page.next_cursor;
  }
  return attemptIds;
}
