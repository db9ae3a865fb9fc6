import { randomUUID } from 'node:crypto';
import type { PublicationEvent } from '@herald/contracts/generated/publication-event';
import { REASON_HEADER } from '@herald/contracts/headers';
import { connectSchemaRegistry } from '@herald/contracts/schema-registry';
import { TOPICS } from '@herald/contracts/topics';
import type { Endpoint } from '@herald/domain/endpoint';
import { webhookId as webhookIdOf } from '@herald/domain/ids';
import { createEndpointStatusWriter, openEndpointStatusTable } from '@herald/registry/endpoint-status';
import { flaky, gone, hanging, slow } from '@herald/testkit/behaviour';
import { eventually } from '@herald/testkit/eventually';
import type { Receiver } from '@herald/testkit/receiver';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventOf, eventsOf } from '../../test-support/event.ts';
import { useReceivers } from '../../test-support/receivers.ts';
import { openWitness, type Witness } from '../../test-support/witness.ts';
import { neighbourOf, openWorld, type World } from '../../test-support/world.ts';
import { nothingDecided } from './status-changes.ts';

let world: World;
let witness: Witness;
const receiverOf = useReceivers();

beforeAll(async () => {
  world = await openWorld();
  witness = await openWitness(world.connection, world.stack.registryUrl);
  await world.startDispatcher();
});
afterAll(async () => {
  await witness?.close();
  await world?.close();
});

function heldOf({ id }: Pick<Endpoint, 'id'>) {
  return witness.of(TOPICS.held).filter(({ key }) => key?.toString() === id);
}

function deadOf({ id }: Endpoint): (string | undefined)[] {
  return witness
    .of(TOPICS.deadLetters)
    .filter(({ key }) => key?.toString() === id)
    .map(({ headers }) => headers[REASON_HEADER]?.toString());
}

async function dispositionsOf({ id }: Endpoint, disposition: string) {
  return (await witness.attempts()).filter(
    (one) => one.endpoint_id === id && one.disposition === disposition,
  );
}

function idsAt(receiver: Receiver): string[] {
  return receiver.requests.filter(({ status }) => status === 200).map(({ webhookId }) => webhookId);
}

function idsOf({ id }: Endpoint, events: readonly PublicationEvent[]): string[] {
  return events.map(({ event_id }) => webhookIdOf(event_id, id));
}

test('what a paused endpoint missed is delivered once when it is resumed, while new events flow', async () => {
  const receiver = await receiverOf();
  const { endpoint } = await world.addEndpoint({ url: receiver.url, state: 'paused' });
  const missed = eventsOf(endpoint.projectId, 150);
  await world.publish(missed);
  await eventually(() => expect(heldOf(endpoint)).toHaveLength(150));
  expect(receiver.requests).toHaveLength(0);

  await world.edit(endpoint, { state: 'active' });
  await eventually(() => expect(receiver.requests.length).toBeGreaterThan(0));
  const fresh = eventsOf(endpoint.projectId, 20);
  await world.publish(fresh);
  await eventually(() => expect(idsAt(receiver)).toHaveLength(170));
  expect(new Set(idsAt(receiver))).toEqual(new Set(idsOf(endpoint, [...missed, ...fresh])));
  expect(heldOf(endpoint)).toHaveLength(150);
});

test('an endpoint that was gone is caught up with when its owner edits it', async () => {
  const receiver = await receiverOf({ behaviour: gone() });
  const { endpoint } = await world.addEndpoint({ url: receiver.url });
  const events = eventsOf(endpoint.projectId, 10);
  await world.publish(events.slice(0, 1));
  await eventually(() => expect(heldOf(endpoint)).toHaveLength(1));
  await world.publish(events.slice(1));
  await eventually(() => expect(heldOf(endpoint)).toHaveLength(10));

  receiver.behave(() => ({ kind: 'respond', status: 200 }));
  await world.edit(endpoint, { name: 'moved' });
  await eventually(() => expect(new Set(idsAt(receiver)).size).toBe(10));
  await world.publish([eventOf(endpoint.projectId)]);
  await eventually(() => expect(idsAt(receiver)).toHaveLength(11));
});

test('an owner who drops what is held gets none of it, and everything after', async () => {
  const receiver = await receiverOf();
  const { endpoint } = await world.addEndpoint({ url: receiver.url, state: 'paused' });
  await world.publish(eventsOf(endpoint.projectId, 30));
  await eventually(() => expect(heldOf(endpoint)).toHaveLength(30));
  await world.edit(endpoint, { heldSkipBeforeMs: Date.now() + 1 });
  await eventually(async () => expect(await dispositionsOf(endpoint, 'CANCELLED')).toHaveLength(30));
  expect(receiver.requests).toHaveLength(0);

  const after = [eventOf(endpoint.projectId)];
  await world.publish(after);
  await eventually(() => expect(heldOf(endpoint)).toHaveLength(31));
  await world.edit(endpoint, { state: 'active' });
  await eventually(() => expect(idsAt(receiver)).toEqual(idsOf(endpoint, after)));
  expect(await dispositionsOf(endpoint, 'CANCELLED')).toHaveLength(30);
});

test('an owner before that had stalled, and writes its status late, loses nothing that is held now', async () => {
  const receiver = await receiverOf();
  const { endpoint, revision } = await world.addEndpoint({ url: receiver.url, state: 'paused' });
  await world.publish(eventsOf(endpoint.projectId, 10));
  await eventually(() => expect(heldOf(endpoint)).toHaveLength(10));
  const source = connectSchemaRegistry({ url: world.stack.registryUrl });
  const onFatal = (error: Error) => expect.unreachable(error.message);
  const table = await openEndpointStatusTable({
    connection: world.connection,
    source,
    log: console,
    onFatal,
  });
  // It goes on record after the deliveries that it tells of.
  const known = await eventually(() => {
    const status = table.get(endpoint.id);
    expect(status).toMatchObject({ state: 'held', releasedTo: expect.any(Number) });
    return status;
  });
  const stalled = await createEndpointStatusWriter({ producer: world.producer, source });
  const late = nothingDecided({ endpoint, revision }, Date.now() + 1_000);
  await stalled.put(late);
  await eventually(() => {
    expect(table.get(endpoint.id)?.updatedAtMs).toBeGreaterThan(late.updatedAtMs);
    expect(table.get(endpoint.id)?.releasedTo).toBe(known?.releasedTo);
  });
  await table.stop();
  await world.edit(endpoint, { state: 'active' });
  await eventually(() => expect(new Set(idsAt(receiver)).size).toBe(10));
});

test('what is held for an endpoint that is deleted becomes dead letters', async () => {
  const receiver = await receiverOf();
  const { endpoint } = await world.addEndpoint({ url: receiver.url, state: 'paused' });
  await world.publish(eventsOf(endpoint.projectId, 10));
  await eventually(() => expect(heldOf(endpoint)).toHaveLength(10));
  await world.delete(endpoint);
  await eventually(() => expect(deadOf(endpoint)).toEqual(Array(10).fill('endpoint_deleted')));
});

test('an endpoint that catches up does not delay its neighbours', async () => {
  const [slow, well] = [await receiverOf({ behaviour: hanging() }), await receiverOf()];
  const { endpoint: one } = await world.addEndpoint({ url: slow.url, state: 'paused', timeoutMs: 60_000 });
  const { endpoint: other } = await world.addEndpoint({ id: neighbourOf(one.id), url: well.url });
  await world.publish(eventsOf(one.projectId, 500));
  await eventually(() => expect(heldOf(one)).toHaveLength(500));
  await world.edit(one, { state: 'active' });
  await eventually(() => expect(slow.requests.length).toBeGreaterThan(0));
  await world.publish(eventsOf(other.projectId, 200));
  // Before the first of the hung attempts has timed out.
  await eventually(() => expect(idsAt(well)).toHaveLength(200), { timeoutMs: 50_000 });
}, 120_000);

/** Events of one publication, which alone have an order. */
function storyOf(projectId: string, count: number): PublicationEvent[] {
  const publication_id = randomUUID();
  return Array.from({ length: count }, () => eventOf(projectId, { publication_id }));
}

/** Their messages in the order in which they were first accepted. */
function accepted(receiver: Receiver): string[] {
  return [...new Set(idsAt(receiver))];
}

test('an ordered endpoint gets its events in order, though an attempt fails, one at a time', async () => {
  let failing: string | undefined;
  const receiver = await receiverOf({
    behaviour: ({ webhookId, sighting }) => ({
      kind: 'respond',
      status: webhookId === failing && sighting === 1 ? 503 : 200,
    }),
  });
  const { endpoint } = await world.addEndpoint({
    url: receiver.url,
    ordering: 'publication',
    retrySchedule: ['5s', '5s'],
  });
  const story = storyOf(endpoint.projectId, 40);
  const ids = idsOf(endpoint, story);
  failing = ids[7]!;
  for (const event of story) await world.publish([event]);
  await eventually(() => expect(accepted(receiver)).toHaveLength(40), { timeoutMs: 100_000 });
  expect(receiver.requests.map(({ webhookId }) => webhookId)).toEqual(
    ids.flatMap((id) => (id === failing ? [id, id] : [id])),
  );
}, 150_000);

test('a head that is given up is skipped, or holds the endpoint until it is resumed, as its owner has said', async () => {
  const refused = new Set<string>();
  const receiver = await receiverOf({
    behaviour: ({ webhookId }) => ({ kind: 'respond', status: refused.has(webhookId) ? 500 : 200 }),
  });
  const ordered = { url: receiver.url, ordering: 'publication', retrySchedule: ['5s'] } as const;
  const { endpoint: skipping } = await world.addEndpoint({ ...ordered, onDeadHead: 'skip' });
  const { endpoint: holding } = await world.addEndpoint({ ...ordered, onDeadHead: 'hold' });
  const [first, second] = [storyOf(skipping.projectId, 3), storyOf(holding.projectId, 3)];
  refused.add(idsOf(skipping, first)[0]!).add(idsOf(holding, second)[0]!);
  await world.publish([...first, ...second]);

  await eventually(() => expect(deadOf(skipping)).toEqual(['exhausted']));
  await eventually(() => expect(deadOf(holding)).toEqual(['exhausted']));
  await eventually(() => expect(accepted(receiver)).toEqual(idsOf(skipping, first.slice(1))));
  await world.edit(holding, { name: 'looked at' });
  await eventually(() =>
    expect(accepted(receiver)).toEqual([
      ...idsOf(skipping, first.slice(1)),
      ...idsOf(holding, second.slice(1)),
    ]),
  );
}, 60_000);

test('a head that waits for its retry when its endpoint is paused is on record as held, and is the first when that is over', async () => {
  const receiver = await receiverOf({ behaviour: flaky({ failures: 1 }) });
  const { endpoint } = await world.addEndpoint({
    url: receiver.url,
    ordering: 'publication',
    retrySchedule: ['1h'],
  });
  const story = storyOf(endpoint.projectId, 3);
  await world.publish(story);
  await eventually(() => expect(receiver.requests).toHaveLength(1));
  await world.edit(endpoint, { state: 'paused' });
  await eventually(async () => {
    const steps = (await witness.attempts()).filter(({ event_id }) => event_id === story[0]!.event_id);
    expect(steps).toMatchObject([
      { step: 0, disposition: 'HELD', reason: 'ordered' },
      { step: 1, disposition: 'ATTEMPTED', verdict: 'RETRY', retry_tier: null },
      { step: 2, disposition: 'HELD', reason: 'paused' },
    ]);
  });
  receiver.behave(() => ({ kind: 'respond', status: 200 }));
  await world.edit(endpoint, { state: 'active' });
  await eventually(() => expect(accepted(receiver)).toEqual(idsOf(endpoint, story)));
});

test('an ordered endpoint that says it is gone gets that event first when it is back', async () => {
  const receiver = await receiverOf({
    behaviour: ({ sighting }) => ({
      kind: 'respond',
      status: sighting === 1 && receiver.requests.length === 3 ? 410 : 200,
    }),
  });
  const { endpoint } = await world.addEndpoint({ url: receiver.url, ordering: 'publication' });
  const story = storyOf(endpoint.projectId, 10);
  for (const event of story) await world.publish([event]);
  await eventually(() => expect(heldOf(endpoint)).toHaveLength(10));
  await eventually(() => expect(receiver.requests.at(-1)?.status).toBe(410));
  await world.edit(endpoint, { name: 'back again' });
  await eventually(() => expect(accepted(receiver)).toEqual(idsOf(endpoint, story)));
});

test('an ordered endpoint that is paused and resumed keeps its order', async () => {
  const receiver = await receiverOf({ behaviour: slow({ afterMs: 20 }) });
  const { endpoint } = await world.addEndpoint({ url: receiver.url, ordering: 'publication' });
  const story = storyOf(endpoint.projectId, 60);
  const publishing = (async () => {
    for (const event of story) await world.publish([event]);
  })();
  for (const seen of [5, 15, 30]) {
    await eventually(() => expect(receiver.requests.length).toBeGreaterThan(seen));
    await world.edit(endpoint, { state: 'paused' });
    await world.edit(endpoint, { state: 'active' });
  }
  await publishing;
  await eventually(() => expect(accepted(receiver)).toHaveLength(60));
  expect(accepted(receiver)).toEqual(idsOf(endpoint, story));
}, 60_000);
