import type { PublicationEvent } from '@herald/contracts/generated/publication-event';
import { retryTopic, TOPICS } from '@herald/contracts/topics';
import type { Endpoint } from '@herald/domain/endpoint';
import { watchAcknowledgements } from '@herald/kafka/testing/acknowledgements';
import { settle } from '@herald/testkit/accounting';
import { failing, hanging, slow } from '@herald/testkit/behaviour';
import { DISPATCHER_LANES } from '@herald/testkit/dispatcher-lanes';
import { eventually } from '@herald/testkit/eventually';
import { openLaneProgress } from '@herald/testkit/lane-progress';
import type { Receiver } from '@herald/testkit/receiver';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventsOf } from '../test-support/event.ts';
import { useReceivers } from '../test-support/receivers.ts';
import { openWitness, type Witness } from '../test-support/witness.ts';
import { neighbourOf, openWorld, type World } from '../test-support/world.ts';

const MAX_CONCURRENCY = 4;

let world: World;
let witness: Witness;
const receiverOf = useReceivers();

beforeAll(async () => {
  world = await openWorld();
  witness = await openWitness(world.connection, world.stack.registryUrl);
});
afterAll(async () => {
  await witness?.close();
  await world?.close();
});

interface Load {
  endpoints: Endpoint[];
  events: PublicationEvent[];
  receiver: Receiver;
}

/** Events for some endpoints at one receiver, which takes some milliseconds for each. */
async function loadOf(endpointCount: number, eventsEach: number): Promise<Load> {
  const receiver = await receiverOf({ behaviour: slow({ afterMs: 5 }) });
  const endpoints: Endpoint[] = [];
  for (let n = 0; n < endpointCount; n++) {
    const { endpoint } = await world.addEndpoint({ url: receiver.url, maxConcurrency: MAX_CONCURRENCY });
    endpoints.push(endpoint);
  }
  const perEndpoint = endpoints.map(({ projectId }) => eventsOf(projectId, eventsEach));
  const events = Array.from({ length: eventsEach }, (_, n) => perEndpoint.map((each) => each[n]!)).flat();
  return { endpoints, events, receiver };
}

function account({ endpoints, events, receiver }: Load) {
  const byProject = new Map(endpoints.map(({ projectId, id }) => [projectId, id]));
  const duties = events.map(({ event_id, project_id }) => ({
    eventId: event_id,
    endpointId: byProject.get(project_id)!,
  }));
  return settle({ duties, arrivals: receiver.requests, whereabouts: new Map() });
}

async function everythingArrived(load: Load): Promise<void> {
  await eventually(() => expect(account(load).delivered).toBe(load.events.length), { timeoutMs: 90_000 });
}

test('kill -9 loses nothing and re-sends at most what was in flight or completed in the last 100 ms', async () => {
  const first = await world.startDispatcher();
  const load = await loadOf(6, 400);
  const acknowledgements = await watchAcknowledgements(world.connection, world.producer);
  await world.publish(load.events);
  await eventually(() => expect(load.receiver.requests.length).toBeGreaterThan(800));
  const killedAtMs = Date.now();
  await first.kill9();
  // Complete is what is on record, and committed what is acknowledged after that: on a busy machine both take time.
  const uncommittedMs = 100 + 2 * acknowledgements.slowestMs(killedAtMs, 1_000);
  const recently = load.receiver.requests.filter(
    ({ arrivedAtMs }) => arrivedAtMs > killedAtMs - uncommittedMs,
  );

  const second = await world.startDispatcher();
  await everythingArrived(load);
  const { lost, duplicates, unexpected } = account(load);
  expect({ lost, unexpected }).toEqual({ lost: [], unexpected: [] });
  const inFlight = load.endpoints.length * MAX_CONCURRENCY;
  expect(duplicates).toBeLessThanOrEqual(inFlight + recently.length);
  await second.stop();
}, 150_000);

test('SIGTERM under load re-sends nothing and loses nothing', async () => {
  const first = await world.startDispatcher();
  const load = await loadOf(6, 400);
  await world.publish(load.events);
  await eventually(() => expect(load.receiver.requests.length).toBeGreaterThan(400));
  expect(await first.stop()).toEqual({ code: 0, signal: null });
  const sent = load.receiver.requests.length;
  expect(sent).toBeLessThan(load.events.length);

  const second = await world.startDispatcher();
  await everythingArrived(load);
  const { lost, duplicates, unexpected } = account(load);
  expect({ lost, duplicates, unexpected }).toEqual({ lost: [], duplicates: 0, unexpected: [] });
  await second.stop();
}, 150_000);

test('what waits in a retry tier survives kill -9 and is attempted once when it is due', async () => {
  const first = await world.startDispatcher();
  const receiver = await receiverOf({ behaviour: failing(503) });
  const { endpoint } = await world.addEndpoint({ url: receiver.url, retrySchedule: ['5s', '30s'] });
  // Few, so that all of them are in the tier long before the first is due, and no breaker opens.
  const count = 20;
  await world.publish(eventsOf(endpoint.projectId, count));
  const waiting = () => witness.of(retryTopic('5s')).filter(({ key }) => key?.toString() === endpoint.id);
  await eventually(() => expect(waiting()).toHaveLength(count));
  // What is not committed would rightly be attempted again.
  const deliveries = await openLaneProgress(
    world.connection,
    DISPATCHER_LANES.filter(({ topics }) => topics.includes(TOPICS.deliveries)),
  );
  await eventually(async () => expect(await deliveries.lagRecords()).toBe(0));
  await deliveries.close();
  await first.kill9();
  receiver.behave(() => ({ kind: 'respond', status: 200 }));
  const second = await world.startDispatcher();
  await eventually(() => {
    const delivered = receiver.requests.filter(({ status }) => status === 200);
    expect(new Set(delivered.map(({ webhookId }) => webhookId)).size).toBe(count);
  });
  await witness.recorded(endpoint, 2 * count);
  expect(receiver.requests.filter(({ status }) => status === 200)).toHaveLength(count);
  await second.stop();
}, 120_000);

test('an endpoint that hangs does not delay a neighbour on the same partition', async () => {
  const dispatcher = await world.startDispatcher({ HERALD_DELIVERY_WINDOW_RECORDS: '200' });
  const hung = await receiverOf({ behaviour: hanging() });
  const well = await receiverOf();
  const { endpoint: one } = await world.addEndpoint({ url: hung.url, timeoutMs: 60_000, maxConcurrency: 4 });
  const { endpoint: other } = await world.addEndpoint({
    id: neighbourOf(one.id),
    url: well.url,
    maxConcurrency: 4,
  });
  // Many times the window, so that the neighbour starves unless what cannot be sent is parked.
  const burst = eventsOf(one.projectId, 2_000);
  const steady = eventsOf(other.projectId, 200);
  for (let n = 0; n < 20; n++) {
    await world.publish(burst.slice(n * 100, (n + 1) * 100));
    await world.publish(steady.slice(n * 10, (n + 1) * 10));
  }
  // Everything of the neighbour arrives before the first of the hung attempts has timed out.
  await eventually(() => expect(well.requests).toHaveLength(200), { timeoutMs: 50_000 });
  await witness.caughtUp();
  expect(witness.of(TOPICS.deadLetters)).toEqual([]);
  const parked = (await witness.attempts()).filter(({ endpoint_id }) => endpoint_id === one.id);
  expect(new Set(parked.map(({ disposition }) => disposition))).toEqual(new Set(['PARKED']));
  expect(parked.every(({ attempt_number }) => attempt_number === 0)).toBe(true);
  await dispatcher.kill9();
}, 120_000);
