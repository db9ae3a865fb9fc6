import { RETRY_TOPICS, retryTopic, TOPICS } from '@herald/contracts/topics';
import type { Endpoint } from '@herald/domain/endpoint';
import { tierDelayMs } from '@herald/domain/retry-tiers';
import { watchAcknowledgements } from '@herald/kafka/testing/acknowledgements';
import { type Answer, failing, flaky, slow } from '@herald/testkit/behaviour';
import { eventually } from '@herald/testkit/eventually';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventsOf } from '../../test-support/event.ts';
import { useReceivers } from '../../test-support/receivers.ts';
import { openWitness, type Witness } from '../../test-support/witness.ts';
import { type DispatcherProcess, neighbourOf, openWorld, type World } from '../../test-support/world.ts';
import { MIN_ATTEMPTS } from './breaker.ts';
import { BURST_MS } from './rate-gate.ts';

const MAX_PER_HOST = 8;

/** A partition is crowded when a quarter of this waits: a hundred deliveries are a backlog, and sooner over. */
const WINDOW_RECORDS = 400;

let world: World;
let witness: Witness;
let dispatcher: DispatcherProcess;
const receiverOf = useReceivers();

beforeAll(async () => {
  world = await openWorld();
  witness = await openWitness(world.connection, world.stack.registryUrl);
  dispatcher = await world.startDispatcher({
    HERALD_MAX_ATTEMPTS_PER_HOST: String(MAX_PER_HOST),
    HERALD_DELIVERY_WINDOW_RECORDS: String(WINDOW_RECORDS),
  });
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

/** How often each delivery of an endpoint was parked for that reason, those that were not left out. */
async function parkings({ id }: Endpoint, why: string): Promise<number[]> {
  const parked = (await witness.attempts()).filter(
    ({ endpoint_id, disposition, reason }) =>
      endpoint_id === id && disposition === 'PARKED' && reason === why,
  );
  expect(parked.every(({ attempt_number }) => attempt_number === 0)).toBe(true);
  return Object.values(Object.groupBy(parked, ({ delivery_id }) => delivery_id)).map((each) => each!.length);
}

async function metric(name: string): Promise<number> {
  const text = await (await fetch(`${dispatcher.adminUrl}/metrics`)).text();
  return Number(new RegExp(`^herald_dispatcher_${name}\\{[^}]*\\} (\\S+)$`, 'm').exec(text)?.[1]);
}

const openBreakers = () => metric('breakers_open_endpoints');

/** Answers 200, when it is told to. */
function withheld(): { answer: Answer; give(): void } {
  const { promise: until, resolve: give } = Promise.withResolvers<void>();
  return { answer: { kind: 'respond', status: 200, until }, give };
}

test('an endpoint gets its events at the rate that it asks for, the parked ones too, for about one tier write each', async () => {
  const perSecond = 40;
  const count = 400;
  const receiver = await receiverOf();
  const { endpoint } = await world.addEndpoint({ url: receiver.url, rateLimitPerSecond: perSecond });
  await world.publish(eventsOf(endpoint.projectId, count));
  await eventually(() => expect(receiver.requests).toHaveLength(count), { timeoutMs: 90_000 });
  const dispositions = await witness.recorded(endpoint, count);
  const starts = dispositions
    .flatMap(({ disposition, started_at }) => (disposition === 'ATTEMPTED' ? [started_at] : []))
    .sort((a, b) => a - b);
  expect(starts).toHaveLength(count);
  // From the gate to the request that goes on record: a process that shares its core may stand still in between.
  const slackMs = 100;
  const excess = starts.flatMap((from, n) =>
    starts.slice(n).map((to, more) => more - (perSecond * (to - from + BURST_MS + slackMs)) / 1_000),
  );
  expect(excess.reduce((most, each) => Math.max(most, each), 0)).toBeLessThanOrEqual(0);
  expect((await parkings(endpoint, 'rate_limit')).length).toBeGreaterThan(0);
  expect(tierWrites(endpoint)).toBeLessThan(2 * count);
}, 150_000);

test('a failing endpoint is probed by one delivery at a time, gets the others when it is back, and delays no neighbour', async () => {
  const count = 150;
  const receiver = await receiverOf({ behaviour: failing(503) });
  const well = await receiverOf();
  const { endpoint } = await world.addEndpoint({ url: receiver.url, timeoutMs: 30_000 });
  const { endpoint: neighbour } = await world.addEndpoint({ id: neighbourOf(endpoint.id), url: well.url });
  await world.publish(eventsOf(endpoint.projectId, count));
  await eventually(async () => {
    expect(await openBreakers()).toBe(1);
    expect(await metric('attempts_in_flight')).toBe(0);
  });
  const probe = withheld();
  receiver.behave(() => probe.answer);
  // The attempts that opened it, and those under way by then.
  const opening = receiver.requests.length;
  expect(opening).toBeGreaterThanOrEqual(MIN_ATTEMPTS);
  expect(opening).toBeLessThanOrEqual(MIN_ATTEMPTS + endpoint.maxConcurrency);
  await world.publish(eventsOf(neighbour.projectId, 50));
  await eventually(() => expect(well.requests).toHaveLength(50));
  expect(await openBreakers()).toBe(1);

  await eventually(() => expect(receiver.requests).toHaveLength(opening + 1));
  // All others come back while the probe is under way, and are parked again.
  await eventually(async () => {
    const isBack = (times: number) => times >= 2;
    expect((await parkings(endpoint, 'breaker_open')).filter(isBack).length).toBeGreaterThan(
      count - opening - 10,
    );
  });
  expect(receiver.requests).toHaveLength(opening + 1);
  expect(await openBreakers()).toBe(1);

  probe.give();
  await eventually(
    () => {
      const delivered = receiver.requests.filter(({ status }) => status === 200);
      expect(new Set(delivered.map(({ webhookId }) => webhookId)).size).toBe(count);
    },
    { timeoutMs: 180_000 },
  );
  expect(await openBreakers()).toBe(0);
  expect(receiver.requests.filter(({ status }) => status === 503)).toHaveLength(opening);
  await eventually(() =>
    expect(dispatcher.log.filter((line) => line.includes('breaker closed'))).toHaveLength(1),
  );
  expect(dispatcher.log.filter((line) => line.includes('breaker open'))).toHaveLength(1);
}, 240_000);

test('a host gets so many attempts at once, in turns for its endpoints, and other hosts do not wait for it', async () => {
  const afterMs = 50;
  const each = 24;
  const first = withheld();
  const shared = await receiverOf({ behaviour: () => first.answer });
  const other = await receiverOf();
  const atHost: Endpoint[] = [];
  for (let n = 0; n < 4; n++) {
    atHost.push((await world.addEndpoint({ url: `${shared.url}/${n}`, timeoutMs: 30_000 })).endpoint);
  }
  const { endpoint: elsewhere } = await world.addEndpoint({ url: other.url });
  const ids = new Set(atHost.map(({ id }) => id));
  await world.publish(atHost.flatMap(({ projectId }) => eventsOf(projectId, each)));
  await eventually(() => {
    const created = witness.of(TOPICS.deliveries).filter(({ key }) => ids.has(String(key)));
    expect(created).toHaveLength(4 * each);
    expect(shared.requests).toHaveLength(MAX_PER_HOST);
  });
  await world.publish(eventsOf(elsewhere.projectId, 50));
  await eventually(() => expect(other.requests).toHaveLength(50));
  expect(shared.requests).toHaveLength(MAX_PER_HOST);

  shared.behave(slow({ afterMs }));
  first.give();
  await eventually(() => expect(shared.requests).toHaveLength(4 * each));
  const arrivals = shared.requests.slice(MAX_PER_HOST).map(({ arrivedAtMs }) => arrivedAtMs);
  // Eight may end and the next eight begin within the same milliseconds.
  const atOnce = arrivals.map((ms) => arrivals.filter((one) => one <= ms && one > ms - afterMs + 5).length);
  expect(Math.max(...atOnce)).toBeLessThanOrEqual(MAX_PER_HOST);
  const turns = shared.requests.slice(2 * MAX_PER_HOST, 8 * MAX_PER_HOST).map(({ path }) => path);
  for (let n = 0; n < 4; n++) expect(turns.filter((path) => path === `/${n}`).length).toBeGreaterThan(6);
}, 120_000);

test('a retry is made when it is due, within a second and never before, for one tier write', async () => {
  const count = 15;
  const receiver = await receiverOf({ behaviour: flaky({ failures: 1 }) });
  const { endpoint } = await world.addEndpoint({ url: receiver.url, retrySchedule: ['5s'] });
  const acknowledgements = await watchAcknowledgements(world.connection, world.producer);
  await world.publish(eventsOf(endpoint.projectId, count));
  await eventually(() => expect(receiver.requests).toHaveLength(2 * count));
  const dispositions = await witness.recorded(endpoint, 2 * count);
  // It leaves its tier and arrives in the lane, by a record each time: on a busy machine Kafka takes longer for them.
  const lateMs = 1_000 + 2 * acknowledgements.slowestMs(Date.now(), 60_000);
  const byDelivery = Object.values(Object.groupBy(dispositions, ({ delivery_id }) => delivery_id));
  expect(byDelivery).toHaveLength(count);
  for (const steps of byDelivery) {
    const [first, second] = steps!;
    const dueAtMs = first!.next_attempt_at!;
    expect(dueAtMs - first!.started_at).toBeGreaterThanOrEqual(tierDelayMs('5s'));
    expect(second!.started_at).toBeGreaterThanOrEqual(dueAtMs);
    expect(second!.started_at).toBeLessThanOrEqual(dueAtMs + lateMs);
  }
  expect(tierWrites(endpoint)).toBe(count);
  expect(witness.of(retryTopic('5s')).filter(({ key }) => key?.toString() === endpoint.id)).toHaveLength(
    count,
  );
});

test('a wait that the receiver asks for, in seconds or as a date, is kept, for two tier writes at most', async () => {
  const count = 5;
  const asked = [() => '8', () => new Date(Date.now() + 9_000).toUTCString()];
  const cases = await Promise.all(
    asked.map(async (retryAfter) => {
      const receiver = await receiverOf({
        behaviour: ({ sighting }): Answer =>
          sighting === 1
            ? { kind: 'respond', status: 429, headers: { 'retry-after': retryAfter() } }
            : { kind: 'respond', status: 200 },
      });
      const { endpoint } = await world.addEndpoint({ url: receiver.url, retrySchedule: ['5s'] });
      return { receiver, endpoint };
    }),
  );
  await world.publish(cases.flatMap(({ endpoint }) => eventsOf(endpoint.projectId, count)));
  for (const { receiver, endpoint } of cases) {
    await eventually(() => expect(receiver.requests).toHaveLength(2 * count));
    const firsts = receiver.requests.filter(({ sighting }) => sighting === 1);
    for (const { webhookId, arrivedAtMs } of firsts) {
      const again = receiver.requests.find((one) => one.webhookId === webhookId && one.sighting === 2);
      expect(again!.arrivedAtMs - arrivedAtMs).toBeGreaterThanOrEqual(7_900);
    }
    const dispositions = await witness.recorded(endpoint, 2 * count);
    expect(dispositions.filter(({ reason }) => reason === 'retry_after')).toHaveLength(count);
    expect(tierWrites(endpoint)).toBeLessThanOrEqual(2 * count);
  }
});
