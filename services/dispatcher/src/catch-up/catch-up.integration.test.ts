import type { PublicationEvent } from '@herald/contracts/generated/publication-event';
import { TOPICS } from '@herald/contracts/topics';
import type { Endpoint } from '@herald/domain/endpoint';
import { webhookId as webhookIdOf } from '@herald/domain/ids';
import { gone } from '@herald/testkit/behaviour';
import { eventually } from '@herald/testkit/eventually';
import { createReceiver, type Receiver, type ReceiverOptions } from '@herald/testkit/receiver';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { eventOf, eventsOf } from '../../test-support/event.ts';
import { openWitness, type Witness } from '../../test-support/witness.ts';
import { openWorld, type World } from '../../test-support/world.ts';

let world: World;
let witness: Witness;
const receivers: Receiver[] = [];

beforeAll(async () => {
  world = await openWorld();
  witness = await openWitness(world.connection, world.stack.registryUrl);
  await world.startDispatcher();
});
afterEach(async () => {
  for (const receiver of receivers.splice(0)) await receiver.close();
});
afterAll(async () => {
  await witness?.close();
  await world?.close();
});

async function receiverOf(options?: ReceiverOptions): Promise<Receiver> {
  const receiver = await createReceiver(options);
  receivers.push(receiver);
  return receiver;
}

function heldOf({ id }: Pick<Endpoint, 'id'>) {
  return witness.of(TOPICS.held).filter(({ key }) => key?.toString() === id);
}

async function set(endpoint: Endpoint, change: Partial<Endpoint>): Promise<void> {
  const written = await world.writer.update(endpoint.id, undefined, (current) => ({ ...current, ...change }));
  expect(written).toMatchObject({ kind: 'written' });
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

  await set(endpoint, { state: 'active' });
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
  await set(endpoint, { name: 'moved' });
  await eventually(() => expect(new Set(idsAt(receiver)).size).toBe(10));
  await world.publish([eventOf(endpoint.projectId)]);
  await eventually(() => expect(idsAt(receiver)).toHaveLength(11));
});
