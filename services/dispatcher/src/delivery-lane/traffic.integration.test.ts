import { RETRY_TOPICS, retryTopic } from '@herald/contracts/topics';
import type { Endpoint } from '@herald/domain/endpoint';
import { tierDelayMs } from '@herald/domain/retry-tiers';
import { partitionForKey } from '@herald/kafka/murmur2';
import { type Answer, failing, flaky, slow } from '@herald/testkit/behaviour';
import { eventually } from '@herald/testkit/eventually';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventsOf } from '../../test-support/event.ts';
import { useReceivers } from '../../test-support/receivers.ts';
import { openWitness, type Witness } from '../../test-support/witness.ts';
import { type DispatcherProcess, openWorld, type World } from '../../test-support/world.ts';
import { MIN_ATTEMPTS } from './breaker.ts';
import { BURST_MS } from './rate-gate.ts';

const PARTITIONS = 12;
const MAX_PER_HOST = 8;

let world: World;
let witness: Witness;
let dispatcher: DispatcherProcess;
const receiverOf = useReceivers();

beforeAll(async () => {
  world = await openWorld();
  witness = await openWitness(world.connection, world.stack.registryUrl);
  dispatcher = await world.startDispatcher({ HERALD_MAX_ATTEMPTS_PER_HOST: String(MAX_PER_HOST) });
});
afterAll(async () => {
  await witness?.close();
  await world?.close();
});

/** The records of one endpoint in all retry tiers. */
function tierWrites({ id }: Endpoint): number {
  return RETRY_TOPICS.flatMap((topic) => witness.of(topic)).filter(({ key }) => key?.toString() === id)
    .length;
}

async function dispositionsOf({ id }: Endpoint) {
  return (await witness.attempts()).filter(({ endpoint_id }) => endpoint_id === id);
}

/** Starts of the attempts of one endpoint, in order. */
async function startsOf(endpoint: Endpoint): Promise<number[]> {
  const attempts = (await dispositionsOf(endpoint)).filter(({ disposition }) => disposition === 'ATTEMPTED');
  return attempts.map(({ started_at }) => started_at).sort((a, b) => a - b);
}

/** An id whose deliveries are on the same partition. */
function neighbourOf(id: string): string {
  const partition = partitionForKey(id, PARTITIONS);
  for (let n = 0; ; n++) {
    const candidate = `ep_neighbour_${n}_${id}`;
    if (partitionForKey(candidate, PARTITIONS) === partition) return candidate;
  }
}

async function openBreakers(): Promise<number> {
  const text = await (await fetch(`${dispatcher.adminUrl}/metrics`)).text();
  return Number(/^herald_dispatcher_breakers_open_endpoints\{[^}]*\} (\S+)$/m.exec(text)?.[1]);
}

test('an endpoint gets its events at the rate that it asks for, the parked ones too, for about one tier write each', async () => {
  const perSecond = 40;
  const receiver = await receiverOf();
  const { endpoint } = await world.addEndpoint({ url: receiver.url, rateLimitPerSecond: perSecond });
  await world.publish(eventsOf(endpoint.projectId, 1_200));
  await eventually(() => expect(receiver.requests).toHaveLength(1_200), { timeoutMs: 90_000 });
  await witness.caughtUp();
  const starts = await startsOf(endpoint);
  expect(starts).toHaveLength(1_200);
  // From the gate to the request, and to the millisecond that goes on record.
  const slackMs = 20;
  const excess = starts.flatMap((from, n) =>
    starts.slice(n).map((to, more) => more - (perSecond * (to - from + BURST_MS + slackMs)) / 1_000),
  );
  expect(excess.reduce((most, each) => Math.max(most, each), 0)).toBeLessThanOrEqual(0);
  const parked = (await dispositionsOf(endpoint)).filter(({ disposition }) => disposition === 'PARKED');
  expect(parked.filter(({ reason }) => reason === 'rate_limit').length).toBeGreaterThan(0);
  expect(tierWrites(endpoint)).toBeLessThan(2 * 1_200);
}, 150_000);

test('a failing endpoint is probed by one delivery at a time, gets the others when it is back, and delays no neighbour', async () => {
  const receiver = await receiverOf({ behaviour: failing(503) });
  const well = await receiverOf();
  const { endpoint } = await world.addEndpoint({ url: receiver.url });
  const { endpoint: neighbour } = await world.addEndpoint({ id: neighbourOf(endpoint.id), url: well.url });
  await world.publish(eventsOf(endpoint.projectId, 300));
  await eventually(async () => expect(await openBreakers()).toBe(1));
  await world.publish(eventsOf(neighbour.projectId, 50));
  await eventually(() => expect(well.requests).toHaveLength(50), { timeoutMs: 5_000 });
  // The attempts that opened it, and those under way by then.
  const opening = receiver.requests.length;
  expect(opening).toBeGreaterThanOrEqual(MIN_ATTEMPTS);
  expect(opening).toBeLessThanOrEqual(MIN_ATTEMPTS + endpoint.maxConcurrency);
  await eventually(() => expect(receiver.requests.length).toBeGreaterThan(opening), { timeoutMs: 30_000 });
  expect(await openBreakers()).toBe(1);

  receiver.behave(() => ({ kind: 'respond', status: 200 }));
  await eventually(
    () => {
      const delivered = receiver.requests.filter(({ status }) => status === 200);
      expect(new Set(delivered.map(({ webhookId }) => webhookId)).size).toBe(300);
    },
    { timeoutMs: 180_000 },
  );
  expect(await openBreakers()).toBe(0);
  expect(receiver.requests.filter(({ status }) => status === 503).length).toBeLessThanOrEqual(opening + 2);
  await witness.caughtUp();
  const parked = (await dispositionsOf(endpoint)).filter(({ reason }) => reason === 'breaker_open');
  expect(parked.length).toBeGreaterThanOrEqual(300 - opening);
  expect(
    parked.every(({ disposition, attempt_number }) => disposition === 'PARKED' && attempt_number === 0),
  ).toBe(true);
  expect(dispatcher.log.filter((line) => line.includes('breaker open'))).toHaveLength(1);
}, 240_000);

test('a host gets so many attempts at once, in turns for its endpoints, and other hosts do not wait for it', async () => {
  const afterMs = 50;
  const shared = await receiverOf({ behaviour: slow({ afterMs }) });
  const other = await receiverOf();
  const atHost: Endpoint[] = [];
  for (let n = 0; n < 4; n++) atHost.push((await world.addEndpoint({ url: `${shared.url}/${n}` })).endpoint);
  const { endpoint: elsewhere } = await world.addEndpoint({ url: other.url });
  await world.publish(atHost.flatMap(({ projectId }) => eventsOf(projectId, 100)));
  await eventually(() => expect(shared.requests.length).toBeGreaterThan(40));
  await world.publish(eventsOf(elsewhere.projectId, 50));
  await eventually(() => expect(other.requests).toHaveLength(50));
  expect(shared.requests.length).toBeLessThan(400);
  await eventually(() => expect(shared.requests).toHaveLength(400));

  const arrivals = shared.requests.map(({ arrivedAtMs }) => arrivedAtMs);
  // Eight may end and the next eight begin within the same milliseconds.
  const atOnce = arrivals.map(
    (ms) => arrivals.filter((each) => each <= ms && each > ms - afterMs + 5).length,
  );
  expect(Math.max(...atOnce)).toBeLessThanOrEqual(MAX_PER_HOST);
  expect(Math.max(...atOnce)).toBeGreaterThan(MAX_PER_HOST / 2);
  const turns = shared.requests.slice(100, 300).map(({ path }) => path);
  for (let n = 0; n < 4; n++) expect(turns.filter((path) => path === `/${n}`).length).toBeGreaterThan(30);
}, 120_000);

test('a retry is made when it is due, within a second and never before, for one tier write', async () => {
  const receiver = await receiverOf({ behaviour: flaky({ failures: 1 }) });
  const { endpoint } = await world.addEndpoint({ url: receiver.url, retrySchedule: ['5s'] });
  await world.publish(eventsOf(endpoint.projectId, 15));
  await eventually(() => expect(receiver.requests).toHaveLength(30));
  await witness.caughtUp();
  const byDelivery = Object.groupBy(await dispositionsOf(endpoint), ({ delivery_id }) => delivery_id);
  for (const [first, second] of Object.values(byDelivery) as {
    started_at: number;
    next_attempt_at: number;
  }[][]) {
    expect(first!.next_attempt_at - first!.started_at).toBeGreaterThanOrEqual(tierDelayMs('5s'));
    expect(second!.started_at).toBeGreaterThanOrEqual(first!.next_attempt_at);
    expect(second!.started_at).toBeLessThanOrEqual(first!.next_attempt_at + 1_000);
  }
  expect(tierWrites(endpoint)).toBe(15);
  expect(witness.of(retryTopic('5s')).filter(({ key }) => key?.toString() === endpoint.id)).toHaveLength(15);
});

test.each<[string, () => string]>([
  ['in seconds', () => '8'],
  ['as a date', () => new Date(Date.now() + 9_000).toUTCString()],
])('a wait that the receiver asks for %s is kept, and is one tier write', async (_form, retryAfter) => {
  const receiver = await receiverOf({
    behaviour: ({ sighting }): Answer =>
      sighting === 1
        ? { kind: 'respond', status: 429, headers: { 'retry-after': retryAfter() } }
        : { kind: 'respond', status: 200 },
  });
  const { endpoint } = await world.addEndpoint({ url: receiver.url, retrySchedule: ['5s'] });
  await world.publish(eventsOf(endpoint.projectId, 5));
  await eventually(() => expect(receiver.requests).toHaveLength(10));
  const firsts = receiver.requests.filter(({ sighting }) => sighting === 1);
  for (const { webhookId, arrivedAtMs } of firsts) {
    const again = receiver.requests.find((each) => each.webhookId === webhookId && each.sighting === 2);
    expect(again!.arrivedAtMs - arrivedAtMs).toBeGreaterThanOrEqual(7_900);
  }
  const attempts = await dispositionsOf(endpoint);
  expect(attempts.filter(({ reason }) => reason === 'retry_after')).toHaveLength(5);
  expect(tierWrites(endpoint)).toBeLessThanOrEqual(10);
});
