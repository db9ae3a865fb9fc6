import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createDecoder } from '@herald/contracts/codec';
import { type PublicationEvent, publicationEventSchema } from '@herald/contracts/generated/publication-event';
import { connectSchemaRegistry } from '@herald/contracts/schema-registry';
import { SUBJECT_SCHEMAS, subjectOf } from '@herald/contracts/schemas';
import { TOPIC_SPECS, TOPICS } from '@herald/contracts/topics';
import { applyTopics } from '@herald/kafka/topics';
import type { Published } from '@herald/publisher/publisher';
import { simulatedWorld, simulateEvents } from '@herald/publisher/simulator';
import {
  type ApiKeyTable,
  type ApiKeyWriter,
  createApiKeyWriter,
  openApiKeyTable,
} from '@herald/registry/api-keys';
import { forkService, type ServiceProcess } from '@herald/service-kit/service-process';
import { eventually } from '@herald/testkit/eventually';
import { tailTopics } from '@herald/testkit/topic-tail';
import { afterAll, afterEach, beforeAll, expect, inject, test } from 'vitest';

const { brokers, registryUrl } = inject('stack');
const connection = { brokers, clientId: 'producer-test' };
const source = connectSchemaRegistry({ url: registryUrl });
const accountId = `acct-${randomUUID().slice(0, 8)}`;
const fail = (error: Error) => {
  throw error;
};
let table: ApiKeyTable;
let writer: ApiKeyWriter;
let key: string;
const running: ServiceProcess[] = [];

beforeAll(async () => {
  await applyTopics(connection, TOPIC_SPECS, { replicationFactor: 1 });
  for (const subjectSchema of SUBJECT_SCHEMAS) await source.apply(subjectSchema);
  table = await openApiKeyTable({ connection, source, log: { warn: () => {} }, onFatal: fail });
  writer = await createApiKeyWriter({ connection, source, table });
  key = await newKey('write');
});

afterEach(async () => {
  await Promise.all(running.splice(0).map((service) => service.stop()));
});

afterAll(async () => {
  await writer?.close();
  await table?.stop();
});

async function newKey(role: 'write' | 'read'): Promise<string> {
  const created = await writer.create({ accountId, name: 'test', role });
  if (created.kind !== 'created') throw new Error(created.detail);
  return created.text;
}

/** The service as it is run, knowing of Kafka and the schema registry only. */
async function startProducer(env: Record<string, string> = {}) {
  const log: string[] = [];
  const service = forkService({
    name: 'producer',
    entry: join(import.meta.dirname, 'main.ts'),
    env: {
      PATH: process.env.PATH,
      HERALD_KAFKA_BROKERS: brokers.join(','),
      HERALD_SCHEMA_REGISTRY_URL: registryUrl,
      HERALD_INGEST_PORT: '0',
      ...env,
    },
    output: { onLine: (line) => log.push(line) },
  });
  running.push(service);
  const ready = await service.ready;
  if (!ready) throw new Error(log.join('\n'));
  const post = async (body: unknown, headers: Record<string, string> = {}) => {
    const response = await fetch(`${ready.ingestUrl}/v1/events`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  };
  return { service, ready, post, log };
}

const accounts = simulatedWorld({ accountIds: [accountId], projectsPerAccount: 1, channelsPerProject: 5 });
const someEvents = (count: number) =>
  simulateEvents({ seed: Math.random() * 2 ** 52, accounts, now: Date.now })
    .take(count)
    .toArray();

/** The account's events in the topic, by where they stand. */
async function onRecord(): Promise<Map<string, PublicationEvent>> {
  const found = new Map<string, PublicationEvent>();
  const subjectSchema = { subject: subjectOf(TOPICS.events), schema: publicationEventSchema };
  const decoder = createDecoder<PublicationEvent>({ source, subjectSchema });
  const tail = await tailTopics({
    connection,
    topics: [TOPICS.events],
    async onRecord({ partition, offset, value }) {
      const decoded = await decoder.decode(value);
      if (decoded.ok && decoded.value.account_id === accountId)
        found.set(`${partition}:${offset}`, decoded.value);
    },
  });
  await tail.caughtUp();
  await tail.close();
  return found;
}

test('every event that was answered with 202 stands at the coordinates of the answer, and no other does', async () => {
  const { post } = await startProducer();
  const before = (await onRecord()).size;
  const events = someEvents(50);
  const single = await post(events[0]);
  const batch = await post(events.slice(1, 30));
  const wrapped = await post({ events: events.slice(30) });
  const refused = await post([...someEvents(5), { ...events[0], channel: null }]);
  expect([single, batch, wrapped, refused].map(({ status }) => status)).toEqual([202, 202, 202, 422]);

  const answered = [
    single.body,
    ...(batch.body.events as object[]),
    ...(wrapped.body.events as object[]),
  ] as unknown as Published[];
  const recorded = await onRecord();
  expect(recorded.size).toBe(before + 50);
  for (const [index, { event_id, partition, offset }] of answered.entries()) {
    expect(event_id).toBe(events[index]?.event_id);
    expect(recorded.get(`${partition}:${offset}`)?.event_id).toBe(event_id);
  }
});

test('a key made while the service runs opens it, a key that may only read does not', async () => {
  const { post } = await startProducer();
  const [write, read] = [await newKey('write'), await newKey('read')];
  const event = someEvents(1)[0];
  await eventually(async () => {
    expect((await post(event, { authorization: `Bearer ${write}` })).status).toBe(202);
    expect((await post(event, { authorization: `Bearer ${read}` })).status).toBe(403);
  });
  expect((await post(event, { authorization: 'Bearer hk_nobody' })).status).toBe(401);
});

test('a repetition under an idempotency key, even after a crash, never makes a second event', async () => {
  const events = someEvents(3).map(({ event_id: _, ...event }) => event);
  const headers = { 'idempotency-key': randomUUID() };
  const first = await startProducer();
  const answer = await first.post(events, headers);
  const repeated = await first.post(events, headers);
  expect(repeated.body).toEqual(answer.body);
  await first.service.kill9();
  const second = await startProducer();
  const afterCrash = await second.post(events, headers);
  const idsOf = (body: Record<string, unknown>) =>
    (body.events as Published[]).map(({ event_id }) => event_id);
  expect(idsOf(afterCrash.body)).toEqual(idsOf(answer.body));
});

test('after its start it accepts events without the schema registry', async () => {
  const relay = createServer(async (request, response) => {
    const answer = await fetch(new URL(registryUrl).origin + request.url, {
      method: request.method ?? 'GET',
      headers: { 'content-type': request.headers['content-type'] ?? 'application/json' },
      ...(request.method === 'POST' ? { body: request, duplex: 'half' } : {}),
    } as RequestInit);
    response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? '' });
    response.end(await answer.text());
  });
  await new Promise<void>((resolve) => relay.listen(0, '127.0.0.1', resolve));
  const { port } = relay.address() as AddressInfo;
  const { ready, post } = await startProducer({
    HERALD_SCHEMA_REGISTRY_URL: `http://127.0.0.1:${port}${new URL(registryUrl).pathname}`,
  });
  relay.closeAllConnections();
  await new Promise((resolve) => relay.close(resolve));
  expect((await post(someEvents(10))).status).toBe(202);
  expect((await fetch(`${ready.adminUrl}/readyz`)).status).toBe(200);
});

test('SIGTERM under load loses nothing that was answered, and ends well within its deadline', async () => {
  const { service, post } = await startProducer();
  const answered: string[] = [];
  let stopping = false;
  const clients = Array.from({ length: 8 }, async () => {
    while (!stopping) {
      const answer = await post(someEvents(5)).catch(() => undefined);
      if (answer?.status !== 202) return;
      for (const { event_id } of answer.body.events as Published[]) answered.push(event_id);
    }
  });
  await eventually(() => expect(answered.length).toBeGreaterThan(200));
  const ended = service.stop();
  expect(await ended).toEqual({ code: 0, signal: null });
  stopping = true;
  await Promise.all(clients);
  const recorded = new Set([...(await onRecord()).values()].map(({ event_id }) => event_id));
  expect(answered.filter((eventId) => !recorded.has(eventId))).toEqual([]);
});

test('its metrics say what it accepted', async () => {
  const { ready, post } = await startProducer();
  await post(someEvents(7));
  const text = await (await fetch(`${ready.adminUrl}/metrics`)).text();
  expect(text).toContain('herald_ingest_accepted_events_total{service="producer"} 7');
  expect(text).toContain('herald_ingest_pending_events{service="producer"} 0');
  expect(text).toMatch(/herald_ingest_produce_batch_events_count\{service="producer"\} [1-9]/);
});
