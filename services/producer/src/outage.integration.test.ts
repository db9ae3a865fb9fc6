import { randomUUID } from 'node:crypto';
import { TOPIC_SPECS, TOPICS, type TopicSpec } from '@herald/contracts/topics';
import { applyTopics } from '@herald/kafka/topics';
import { type Stack, startStack } from '@herald/local-stack/stack';
import type { EventInput } from '@herald/publisher/event-input';
import { eventually } from '@herald/testkit/eventually';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  type Answer,
  createIngestWorld,
  type IngestWorld,
  type RunningProducer,
} from '../test-support/ingest-world.ts';
import type { Recorded } from './recent-events.ts';

/** A Kafka of its own: the shared one may not be taken away from the other tests. */
const patience = { timeoutMs: 90_000 };
const eventsTopic = TOPIC_SPECS.find(({ name }) => name === TOPICS.events) as TopicSpec;
let stack: Stack;
let world: IngestWorld;
let adminUrl: string;
let post: RunningProducer['post'];

async function applyMaxMessageBytes(bytes: string): Promise<void> {
  const topic = { ...eventsTopic, config: { ...eventsTopic.config, 'max.message.bytes': bytes } };
  const connection = { brokers: stack.brokers, clientId: 'producer-test' };
  await applyTopics(connection, [topic], { replicationFactor: 1 });
}

/** Sends until it is accepted: what is on record already is not written again. */
function accepted(body: unknown, headers?: Record<string, string>): Promise<Answer> {
  return eventually(async () => {
    const answer = await post(body, headers);
    expect(answer.status).toBe(202);
    return answer;
  }, patience);
}

beforeAll(async () => {
  stack = await startStack({ components: ['kafka', 'registry'] });
  world = await createIngestWorld(stack);
  ({ adminUrl, post } = await world.startProducer({
    HERALD_INGEST_ACK_TIMEOUT_MS: '1000',
    HERALD_INGEST_MAX_PENDING_EVENTS: '60',
  }));
});

afterAll(async () => {
  await world?.close();
  await stack?.stop();
});

test('a Kafka that stands still is a 503 in time, one account cannot take all the room meanwhile, and all is on record once', async () => {
  const headers = { authorization: `Bearer ${await world.newKey('write', `other-${world.accountId}`)}` };
  const [first, ...others] = world.someEvents(30);
  const { account_id: _, ...ofOther } = world.someEvents(1)[0] as EventInput;
  await accepted(ofOther, headers);

  const broker = stack.broker(0).pid as number;
  process.kill(broker, 'SIGSTOP');
  try {
    const [unanswered, alike] = await Promise.all([post(first), post(others)]);
    expect(unanswered).toMatchObject({ status: 503, body: { event_ids: [first?.event_id] } });
    expect(unanswered.headers.get('retry-after')).toBe('1');
    expect(alike.body.type).toBe('urn:herald:problem:not_acknowledged');
    expect((await post(world.someEvents(1))).body.type).toBe('urn:herald:problem:account_overloaded');
    const ofNeighbour = await post({ ...ofOther, event_id: randomUUID() }, headers);
    expect(ofNeighbour.body.type).toBe('urn:herald:problem:not_acknowledged');
  } finally {
    process.kill(broker, 'SIGCONT');
  }
  const { body } = await accepted([first, ...others]);
  const answered = body.events as Recorded[];
  expect(answered.every(({ repeated }) => repeated)).toBe(true);
  const recorded = [...(await world.onRecord()).keys()];
  expect(recorded.toSorted()).toEqual(
    answered.map(({ partition, offset }) => `${partition}:${offset}`).toSorted(),
  );
});

test('an event that Kafka will never take is named with its size, and its company is on record', async () => {
  await applyMaxMessageBytes('10000');
  // A broker learns of it a moment after the controller has answered: until then the event is taken.
  const { sent, body } = await eventually(async () => {
    const [small, event, other] = world.someEvents(3);
    const sent = [small, { ...event, error_message: 'x'.repeat(20_000) }, other];
    const answer = await post(sent);
    expect(answer.status).toBe(413);
    return { sent, body: answer.body };
  }, patience);
  const [small, large, other] = sent.map((event) => event?.event_id);
  expect(body).toMatchObject({
    type: 'urn:herald:problem:unwritable_events',
    errors: [{ event_id: large, bytes: expect.any(Number), remedy: expect.any(String) }],
    events: [{ event_id: small }, { event_id: other }],
  });
  const recorded = new Set([...(await world.onRecord()).values()].map(({ event_id }) => event_id));
  expect([small, large, other].map((id) => recorded.has(String(id)))).toEqual([true, false, true]);
  await applyMaxMessageBytes(String(eventsTopic.config['max.message.bytes']));
});

test('while Kafka is away nothing is answered with 202, and what is repeated afterwards is the same event', {
  timeout: 240_000,
}, async () => {
  const before = (await world.onRecord()).size;
  const readyz = async () => (await fetch(`${adminUrl}/readyz`)).status;
  const livez = async () => (await fetch(`${adminUrl}/livez`)).status;
  const headers = { 'idempotency-key': 'during-the-outage' };
  const events = world.someEvents(10).map(({ event_id: _, ...event }) => event);
  await accepted(world.someEvents(1));

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
  const answered = (await accepted(events, headers)).body.events as Recorded[];
  await eventually(async () => expect(await readyz()).toBe(200), patience);
  expect(answered.map(({ event_id }) => event_id)).toEqual(unanswered.body.event_ids);
  // One event before the outage, ten that were repeated, ten that were not: one event each, and none that was sent away.
  const recorded = [...(await world.onRecord()).values()].map(({ event_id }) => event_id);
  expect(new Set(recorded).size - before).toBe(21);
  for (const { event_id } of answered) expect(recorded).toContain(event_id);
});
