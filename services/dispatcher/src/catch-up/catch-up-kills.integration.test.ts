import { setTimeout as sleep } from 'node:timers/promises';
import type { PublicationEvent } from '@herald/contracts/generated/publication-event';
import { TOPICS } from '@herald/contracts/topics';
import type { Endpoint } from '@herald/domain/endpoint';
import { webhookId } from '@herald/domain/ids';
import { watchAcknowledgements } from '@herald/kafka/testing/acknowledgements';
import { createRandom } from '@herald/publisher/random';
import { settle } from '@herald/testkit/accounting';
import { flaky, slow } from '@herald/testkit/behaviour';
import { eventually } from '@herald/testkit/eventually';
import { createReceiver, type Receiver } from '@herald/testkit/receiver';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventOf, eventsOf } from '../../test-support/event.ts';
import { openWitness, type Witness } from '../../test-support/witness.ts';
import { type DispatcherProcess, openWorld, type World } from '../../test-support/world.ts';

/**
 * Pauses, resumes, kills and hand-overs to a second dispatcher in a random order, under load. The short form runs with the other tests; for the long one
 * say how many, and with which seed:
 *
 *     HERALD_CHAOS_BLOWS=40 HERALD_CHAOS_SEED=7 npx vitest run --project integration catch-up-kills
 */
const blows = Number(process.env.HERALD_CHAOS_BLOWS ?? 4);
const seed = Number(process.env.HERALD_CHAOS_SEED ?? 1);
const MAX_CONCURRENCY = 4;
const PER_SECOND = 200;
/** A cursor goes on record so often. */
const CURSOR_INTERVAL_MS = 100;

let world: World;
let witness: Witness;
let dispatcher: DispatcherProcess;

beforeAll(async () => {
  world = await openWorld();
  witness = await openWitness(world.connection, world.stack.registryUrl);
  dispatcher = await start();
});
afterAll(async () => {
  await witness?.close();
  await world?.close();
});

function start(): Promise<DispatcherProcess> {
  return world.startDispatcher({ HERALD_CATCH_UP_PER_SECOND: String(PER_SECOND) });
}

async function set(state: Endpoint['state'], ...endpoints: Endpoint[]): Promise<void> {
  await Promise.all(endpoints.map((endpoint) => world.edit(endpoint, { state })));
}

function settled(endpoint: Endpoint, events: readonly PublicationEvent[], receiver: Receiver) {
  const duties = events.map(({ event_id }) => ({ eventId: event_id, endpointId: endpoint.id }));
  return settle({ duties, arrivals: receiver.requests, whereabouts: new Map() });
}

test(`through ${blows} pauses, resumes, kills and hand-overs, seed ${seed}, nothing held is lost and little is sent twice`, async () => {
  const receiver = await createReceiver({ behaviour: slow({ afterMs: 5 }) });
  const ordered = await createReceiver({ behaviour: flaky({ share: 0.02 }) });
  const { endpoint } = await world.addEndpoint({ url: receiver.url, maxConcurrency: MAX_CONCURRENCY });
  const { endpoint: inOrder } = await world.addEndpoint({
    url: ordered.url,
    ordering: 'publication',
    retrySchedule: ['5s', '5s', '5s'],
  });
  const random = createRandom(seed);
  const events: PublicationEvent[] = [];
  const story: PublicationEvent[] = [];
  let mayRepeat = 0;
  const acknowledgements = await watchAcknowledgements(world.connection, world.producer);
  const kill = async () => {
    const killedAtMs = Date.now();
    await dispatcher.kill9();
    // What was on record, and the cursor after that: on a busy machine both take time.
    const unwrittenMs = CURSOR_INTERVAL_MS + 2 * acknowledgements.slowestMs(killedAtMs, 1_000);
    const recent = receiver.requests.filter(({ arrivedAtMs }) => arrivedAtMs > killedAtMs - unwrittenMs);
    mayRepeat += MAX_CONCURRENCY + recent.length;
    dispatcher = await start();
  };
  /** Partitions move to a second dispatcher, or back: nothing is to be sent again for it. */
  let second: DispatcherProcess | undefined;
  const scale = async () => {
    if (second) await second.stop();
    second = second ? undefined : await start();
  };
  const publishing = new AbortController();
  const load = (async () => {
    while (!publishing.signal.aborted) {
      const some = eventsOf(endpoint.projectId, 5);
      const next = eventOf(inOrder.projectId, { publication_id: 'one story' });
      await world.publish([...some, next]);
      events.push(...some);
      story.push(next);
      await sleep(150);
    }
  })();

  for (let blow = 0; blow < blows; blow++) {
    await sleep(300 + random.next() * 1_500);
    const kind = random.next();
    if (kind < 0.3) await set('paused', endpoint, inOrder);
    else if (kind < 0.55) await set('active', endpoint, inOrder);
    else if (kind < 0.75) await scale();
    else await kill();
  }
  publishing.abort();
  await load;
  // Whatever the draw: something is held, and the catch-up is killed half-way.
  await set('paused', endpoint);
  const before = witness.of(TOPICS.held).length;
  const last = eventsOf(endpoint.projectId, 400);
  await world.publish(last);
  events.push(...last);
  await eventually(() => expect(witness.of(TOPICS.held).length).toBeGreaterThanOrEqual(before + 400));
  const sent = receiver.requests.length;
  await set('active', endpoint, inOrder);
  await eventually(() => expect(receiver.requests.length).toBeGreaterThan(sent + 100));
  await kill();

  await eventually(() => expect(settled(endpoint, events, receiver).delivered).toBe(events.length), {
    timeoutMs: 120_000,
  });
  await eventually(() => expect(settled(inOrder, story, ordered).delivered).toBe(story.length), {
    timeoutMs: 240_000,
  });
  const { lost, duplicates, unexpected } = settled(endpoint, events, receiver);
  console.log(`${events.length} events, ${lost.length} lost, ${duplicates} twice of at most ${mayRepeat}`);
  expect({ lost, unexpected }).toEqual({ lost: [], unexpected: [] });
  expect(duplicates).toBeLessThanOrEqual(mayRepeat);

  const told = [
    ...new Set(ordered.requests.filter(({ status }) => status === 200).map((one) => one.webhookId)),
  ];
  expect(told).toEqual(idsOf(inOrder, story));
  await receiver.close();
  await ordered.close();
}, 600_000);

function idsOf({ id }: Endpoint, story: readonly PublicationEvent[]): string[] {
  return story.map(({ event_id }) => webhookId(event_id, id));
}
