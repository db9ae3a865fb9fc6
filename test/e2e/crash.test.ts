import { type Behaviour, flaky, slow } from '@herald/testkit/behaviour';
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
const receivers: Receiver[] = [];

beforeAll(async () => {
  herald = await openHerald();
  witness = await openWitness(herald.stack);
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
