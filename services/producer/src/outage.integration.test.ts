import { TOPIC_SPECS, TOPICS, type TopicSpec } from '@herald/contracts/topics';
import { applyTopics } from '@herald/kafka/topics';
import { type Stack, startStack } from '@herald/local-stack/stack';
import { eventually } from '@herald/testkit/eventually';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createIngestWorld, type IngestWorld } from '../test-support/ingest-world.ts';

/** A Kafka of its own: the shared one may not be taken away from the other tests. */
const patience = { timeoutMs: 90_000 };
const eventsTopic = TOPIC_SPECS.find(({ name }) => name === TOPICS.events) as TopicSpec;
let stack: Stack;
let world: IngestWorld;

async function applyMaxMessageBytes(bytes: string): Promise<void> {
  const topic = { ...eventsTopic, config: { ...eventsTopic.config, 'max.message.bytes': bytes } };
  const connection = { brokers: stack.brokers, clientId: 'producer-test' };
  await applyTopics(connection, [topic], { replicationFactor: 1 });
}

beforeAll(async () => {
  stack = await startStack({ components: ['kafka', 'registry'] });
  world = await createIngestWorld(stack);
});

afterAll(async () => {
  await world?.close();
  await stack?.stop();
});

test('a Kafka that stands still is a 503 in time, and what it had taken is on record once when it goes on', async () => {
  const { post } = await world.startProducer({ HERALD_INGEST_ACK_TIMEOUT_MS: '300' });
  const [before, during] = world.someEvents(2);
  expect((await post(before)).status).toBe(202);
  const broker = stack.broker(0).pid as number;
  process.kill(broker, 'SIGSTOP');
  const unanswered = await post(during).finally(() => process.kill(broker, 'SIGCONT'));
  expect(unanswered).toMatchObject({ status: 503, body: { event_ids: [during?.event_id] } });
  expect(unanswered.headers.get('retry-after')).toBe('1');
  const answered = await eventually(async () => {
    const answer = await post(during);
    expect(answer.status).toBe(202);
    return answer.body;
  }, patience);
  expect(answered.repeated).toBe(true);
  const recorded = [...(await world.onRecord())].filter(([, { event_id }]) => event_id === during?.event_id);
  expect(recorded.map(([place]) => place)).toEqual([`${answered.partition}:${answered.offset}`]);
});

test('an event that Kafka will never take is named with its size, and its company is on record', async () => {
  const { post } = await world.startProducer();
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
  const { adminUrl, post } = await world.startProducer({
    HERALD_INGEST_ACK_TIMEOUT_MS: '1000',
    HERALD_INGEST_MAX_PENDING_EVENTS: '60',
  });
  const before = (await world.onRecord()).size;
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
  expect(new Set(recorded).size - before).toBe(21);
  for (const { event_id } of answered) expect(recorded).toContain(event_id);
});
