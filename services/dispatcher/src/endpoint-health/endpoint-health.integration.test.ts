import { setTimeout as sleep } from 'node:timers/promises';
import { TOPICS } from '@herald/contracts/topics';
import type { Endpoint } from '@herald/domain/endpoint';
import { failing, gone, healthy } from '@herald/testkit/behaviour';
import { eventually as patiently } from '@herald/testkit/eventually';
import type { Receiver, ReceiverOptions } from '@herald/testkit/receiver';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventOf, eventsOf } from '../../test-support/event.ts';
import { useReceivers } from '../../test-support/receivers.ts';
import { openWitness, type Witness } from '../../test-support/witness.ts';
import { type DispatcherProcess, openWorld, type World } from '../../test-support/world.ts';

const FIRST_WARNING_S = 2;
const SECOND_WARNING_S = 5;
const DISABLED_S = 8;
const A_DAY_S = 24 * 3_600;

/**
 * Each dispatcher knows one step more. Were all known from the start, a machine that stands still for long enough
 * would leave a step out, as it should: of what is due together the last is told.
 */
const UP_TO_FIRST_WARNING = escalation([FIRST_WARNING_S, A_DAY_S], 2 * A_DAY_S);
const UP_TO_SECOND_WARNING = escalation([FIRST_WARNING_S, SECOND_WARNING_S], A_DAY_S);
const UP_TO_DISABLED = escalation([FIRST_WARNING_S, SECOND_WARNING_S], DISABLED_S);
const OPERATIONAL = {
  channelIds: new Set<string>(),
  eventTypes: new Set(['endpoint.failing', 'endpoint.disabled'] as const),
};

const eventually = <T>(assertion: () => T | Promise<T>) => patiently(assertion, { timeoutMs: 120_000 });

let world: World;
let witness: Witness;
let dispatcher: DispatcherProcess;
const receiverOf = useReceivers();

beforeAll(async () => {
  world = await openWorld();
  witness = await openWitness(world.connection, world.stack.registryUrl);
  dispatcher = await world.startDispatcher(UP_TO_FIRST_WARNING);
});
afterAll(async () => {
  await witness?.close();
  await world?.close();
});

/** A project with an endpoint that does not work, one that is to be told of it, and one that wants publications. */
async function projectOf(behaviour: NonNullable<ReceiverOptions['behaviour']>) {
  const broken = await receiverOf({ behaviour });
  const told = await receiverOf();
  const plain = await receiverOf();
  const { endpoint } = await world.addEndpoint({
    url: `${broken.url}/hook?key=secret`,
    name: 'CRM',
    retrySchedule: Array.from({ length: 50 }, () => '5s' as const),
    subscription: {
      channelIds: new Set(),
      eventTypes: new Set(['publication.published', 'endpoint.failing']),
    },
  });
  const { projectId } = endpoint;
  const teller = await world.addEndpoint({ url: told.url, projectId, subscription: OPERATIONAL });
  await world.addEndpoint({ url: plain.url, projectId });
  return { endpoint, broken, told, plain, teller: teller.endpoint };
}

/** Each message once, by its id, in the order of first arrival. */
function messagesAt(receiver: Receiver) {
  const first = new Map(receiver.requests.map(({ webhookId, body }) => [webhookId, JSON.parse(body)]));
  return [...first.values()];
}

function kindsAt(receiver: Receiver): string[] {
  return messagesAt(receiver).map(({ type, data }) => `${type} ${data.reason}`);
}

function kept(topic: string, { id }: Endpoint) {
  return witness.of(topic).filter(({ key }) => key?.toString() === id);
}

async function restart(env: NodeJS.ProcessEnv) {
  await dispatcher.kill9();
  dispatcher = await world.startDispatcher(env);
}

/** How many events of the endpoint's project were published, two a second, while `work` went on. */
async function publishedDuring({ projectId }: Endpoint, work: () => Promise<void>): Promise<number> {
  let published = 0;
  let isOver = false;
  const publishing = (async () => {
    while (!isOver) {
      await world.publish([eventOf(projectId)]);
      published += 1;
      await sleep(500);
    }
  })();
  try {
    await work();
  } finally {
    isOver = true;
    await publishing;
  }
  return published;
}

test('an owner is warned twice and told of the hold, each once, through kills; nothing is lost', async () => {
  const { endpoint, broken, told, plain, teller } = await projectOf(failing(503));
  const published = await publishedDuring(endpoint, async () => {
    await eventually(() => expect(kindsAt(told)).toHaveLength(1));
    await restart(UP_TO_SECOND_WARNING);
    await eventually(() => expect(kindsAt(told)).toHaveLength(2));
    await restart(UP_TO_DISABLED);
    await eventually(() => expect(kindsAt(told)).toHaveLength(3));
    await restart(UP_TO_DISABLED);
  });

  expect(kindsAt(told)).toEqual([
    'endpoint.failing failing',
    'endpoint.failing failing',
    'endpoint.disabled failing',
  ]);
  const [first, second, disabled] = messagesAt(told);
  expect(disabled.data).toMatchObject({
    endpoint_id: endpoint.id,
    project_id: endpoint.projectId,
    name: 'CRM',
    url: `${broken.url}/hook`,
    last_outcome: '503',
    consecutive_failures: expect.any(Number),
  });
  const since = Date.parse(first.data.failing_since);
  for (const [message, afterS] of [
    [first, FIRST_WARNING_S],
    [second, SECOND_WARNING_S],
    [disabled, DISABLED_S],
  ]) {
    expect(Date.parse(message.data.failing_since)).toBe(since);
    expect(Date.parse(message.timestamp) - since).toBeGreaterThanOrEqual(afterS * 1_000);
  }

  // Every delivery comes back from its tier, and is kept.
  const heldIds = () =>
    new Set(kept(TOPICS.held, endpoint).map(({ headers }) => String(headers['event-id'])));
  await eventually(() => expect(heldIds().size).toBe(published));
  expect(kept(TOPICS.deadLetters, endpoint)).toEqual([]);
  await eventually(() =>
    expect(messagesAt(plain).filter(({ type }) => type === 'publication.published')).toHaveLength(published),
  );
  expect(messagesAt(plain)).toHaveLength(published);
  expect(messagesAt(broken).every(({ type }) => type === 'publication.published')).toBe(true);

  await witness.caughtUp();
  const routes = (await witness.routes()).filter(({ event_type }) => event_type.startsWith('endpoint.'));
  const ofProject = routes.filter(({ project_id }) => project_id === endpoint.projectId);
  expect(new Set(ofProject.map(({ event_id }) => event_id)).size).toBe(3);
  for (const { deliveries } of ofProject) {
    expect(deliveries.map(({ endpoint_id }) => endpoint_id)).toEqual([teller.id]);
  }

  broken.behave(healthy());
  await world.edit(endpoint, { name: 'mended' });
  const accepted = () =>
    new Set(broken.requests.flatMap(({ status, webhookId }) => (status === 200 ? [webhookId] : [])));
  await eventually(() => expect(accepted().size).toBe(published));
}, 360_000);

test('410 is told once, however many attempts find it; enabled by its owner, a later 410 is told again', async () => {
  const { endpoint, broken, told } = await projectOf(gone());
  await world.publish(eventsOf(endpoint.projectId, 20));
  await eventually(() => expect(kindsAt(told)).toEqual(['endpoint.disabled gone']));
  await eventually(() => expect(kept(TOPICS.held, endpoint)).toHaveLength(20));
  expect(messagesAt(told)[0].data).toMatchObject({ last_outcome: '410', endpoint_id: endpoint.id });

  broken.behave(healthy());
  await world.edit(endpoint, { name: 'new' });
  await world.publish(eventsOf(endpoint.projectId, 1));
  await eventually(() => expect(broken.requests.some(({ status }) => status === 200)).toBe(true));
  broken.behave(gone());
  await world.publish(eventsOf(endpoint.projectId, 1));
  await eventually(() => expect(kindsAt(told)).toEqual(['endpoint.disabled gone', 'endpoint.disabled gone']));
  expect(messagesAt(told)[1].data.name).toBe('new');
}, 240_000);

function escalation(warnAfterS: readonly number[], disableAfterS: number) {
  const hours = (seconds: number) => (seconds / 3_600).toFixed(9);
  return {
    HERALD_FAILING_WARN_AFTER_HOURS: warnAfterS.map(hours).join(','),
    HERALD_AUTO_DISABLE_AFTER_HOURS: hours(disableAfterS),
  };
}
