import { type Stack, startStack } from '@herald/local-stack/stack';
import { eventually } from '@herald/testkit/eventually';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createIngestWorld, type IngestWorld } from '../test-support/ingest-world.ts';

/** A Kafka of its own: the shared one may not be taken away from the other tests. */
const patience = { timeoutMs: 90_000 };
let stack: Stack;
let world: IngestWorld;

beforeAll(async () => {
  stack = await startStack({ components: ['kafka', 'registry'] });
  world = await createIngestWorld(stack);
});

afterAll(async () => {
  await world?.close();
  await stack?.stop();
});

test('while Kafka is away nothing is answered with 202, and what is repeated afterwards is the same event', {
  timeout: 240_000,
}, async () => {
  const { adminUrl, post } = await world.startProducer({
    HERALD_INGEST_ACK_TIMEOUT_MS: '1000',
    HERALD_INGEST_MAX_PENDING_EVENTS: '60',
  });
  const readyz = async () => (await fetch(`${adminUrl}/readyz`)).status;
  const livez = async () => (await fetch(`${adminUrl}/livez`)).status;
  const headers = { 'idempotency-key': 'during-the-outage' };
  const events = world.someEvents(10).map(({ event_id: _, ...event }) => event);
  expect((await post(world.someEvents(1))).status).toBe(202);

  await stack.broker(0).kill9();
  const unanswered = await post(events, headers);
  expect(unanswered).toMatchObject({
    status: 503,
    body: { type: 'urn:herald:problem:not_acknowledged', event_ids: expect.any(Array) },
  });
  const repeated = await post(events, headers);
  expect(repeated.body.event_ids).toEqual(unanswered.body.event_ids);
  expect((await post(world.someEvents(10))).body.type).toBe('urn:herald:problem:not_acknowledged');
  // The account has its half of what may be under way: its events twice, the second time by a repetition, and others.
  expect((await post(world.someEvents(1))).body.type).toBe('urn:herald:problem:account_overloaded');
  await eventually(async () => expect(await readyz()).toBe(503), patience);
  expect(await livez()).toBe(200);

  await stack.broker(0).start();
  const answered = await eventually(async () => {
    const answer = await post(events, headers);
    expect(answer.status).toBe(202);
    return answer.body.events as { event_id: string }[];
  }, patience);
  await eventually(async () => expect(await readyz()).toBe(200), patience);
  expect(answered.map(({ event_id }) => event_id)).toEqual(unanswered.body.event_ids);
  // One event before the outage, ten that were repeated, ten that were not: one event each, and none that was sent away.
  const recorded = [...(await world.onRecord()).values()].map(({ event_id }) => event_id);
  expect(new Set(recorded).size).toBe(21);
  for (const { event_id } of answered) expect(recorded).toContain(event_id);
});
