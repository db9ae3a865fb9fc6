import { REASON_HEADER } from '@herald/contracts/headers';
import { TOPIC_SPECS, TOPICS } from '@herald/contracts/topics';
import { webhookId } from '@herald/domain/ids';
import { applyTopics } from '@herald/kafka/topics';
import { eventually } from '@herald/testkit/eventually';
import { createReceiver } from '@herald/testkit/receiver';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventOf, eventsOf } from '../../test-support/event.ts';
import { openWitness, type Witness } from '../../test-support/witness.ts';
import { openWorld, type World } from '../../test-support/world.ts';

/** Half of it is what a held delivery has: with two weeks, it would be all but a day. */
const RETENTION_MS = 16_000;

let world: World;
let witness: Witness;

beforeAll(async () => {
  world = await openWorld();
  witness = await openWitness(world.connection, world.stack.registryUrl);
  const held = TOPIC_SPECS.filter(({ name }) => name === TOPICS.held);
  const short = held.map((spec) => ({
    ...spec,
    config: { ...spec.config, 'retention.ms': String(RETENTION_MS) },
  }));
  await applyTopics(world.connection, short, { replicationFactor: 1 });
});
afterAll(async () => {
  await witness?.close();
  await world?.close();
});

test('what is held for nearly as long as its topic keeps it becomes a dead letter, also after a restart, and what came later does not', async () => {
  const first = await world.startDispatcher();
  const receiver = await createReceiver();
  const { endpoint } = await world.addEndpoint({ url: receiver.url, state: 'paused' });
  const early = eventsOf(endpoint.projectId, 5);
  await world.publish(early);
  await eventually(() => expect(witness.of(TOPICS.held)).toHaveLength(5));
  await first.stop();
  await world.startDispatcher();
  await eventually(
    () => {
      const reasons = witness.of(TOPICS.deadLetters).map(({ headers }) => String(headers[REASON_HEADER]));
      expect(reasons).toEqual(Array(5).fill('expired'));
    },
    { timeoutMs: 30_000 },
  );
  const late = eventOf(endpoint.projectId);
  await world.publish([late]);
  await eventually(() => expect(witness.of(TOPICS.held)).toHaveLength(6));
  await world.edit(endpoint, { state: 'active' });
  await eventually(() =>
    expect(receiver.requests.map((one) => one.webhookId)).toEqual([webhookId(late.event_id, endpoint.id)]),
  );
  expect(witness.of(TOPICS.deadLetters)).toHaveLength(5);
  await receiver.close();
}, 90_000);
