import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Published } from '@herald/publisher/published';
import { eventually } from '@herald/testkit/eventually';
import { afterAll, afterEach, beforeAll, expect, inject, test } from 'vitest';
import { createIngestWorld, type IngestWorld } from '../test-support/ingest-world.ts';

const stack = inject('stack');
let world: IngestWorld;

beforeAll(async () => {
  world = await createIngestWorld(stack);
});

afterEach(() => world?.stopProducers());
afterAll(() => world?.close());

test('every event that was answered with 202 stands at the coordinates of the answer, and no other does', async () => {
  const { post } = await world.startProducer();
  const before = (await world.onRecord()).size;
  const events = world.someEvents(50);
  const single = await post(events[0]);
  const batch = await post(events.slice(1, 30));
  const wrapped = await post({ events: events.slice(30) });
  const refused = await post([...world.someEvents(5), { ...events[0], channel: null }]);
  expect([single, batch, wrapped, refused].map(({ status }) => status)).toEqual([202, 202, 202, 422]);

  const answered = [
    single.body,
    ...(batch.body.events as object[]),
    ...(wrapped.body.events as object[]),
  ] as unknown as Published[];
  const recorded = await world.onRecord();
  expect(recorded.size).toBe(before + 50);
  for (const [index, { event_id, partition, offset }] of answered.entries()) {
    expect(event_id).toBe(events[index]?.event_id);
    expect(recorded.get(`${partition}:${offset}`)?.event_id).toBe(event_id);
  }
});

test('a key made while the service runs opens it, a key that may only read does not', async () => {
  const { post } = await world.startProducer();
  const [write, read] = [await world.newKey('write'), await world.newKey('read')];
  const event = world.someEvents(1)[0];
  await eventually(async () => {
    expect((await post(event, { authorization: `Bearer ${write}` })).status).toBe(202);
    expect((await post(event, { authorization: `Bearer ${read}` })).status).toBe(403);
  });
  expect((await post(event, { authorization: 'Bearer hk_nobody' })).status).toBe(401);
});

test('a repetition under an idempotency key, even after a crash, never makes a second event', async () => {
  const events = world.someEvents(3).map(({ event_id: _, ...event }) => event);
  const headers = { 'idempotency-key': randomUUID() };
  const first = await world.startProducer();
  const answer = await first.post(events, headers);
  const repeated = await first.post(events, headers);
  expect(repeated.body).toEqual(answer.body);
  await first.service.kill9();
  const second = await world.startProducer();
  const afterCrash = await second.post(events, headers);
  const idsOf = (body: Record<string, unknown>) =>
    (body.events as Published[]).map(({ event_id }) => event_id);
  expect(idsOf(afterCrash.body)).toEqual(idsOf(answer.body));
});

test('after its start it accepts events without the schema registry', async () => {
  const relay = createServer(async (request, response) => {
    const answer = await fetch(new URL(stack.registryUrl).origin + request.url, {
      method: request.method ?? 'GET',
      headers: { 'content-type': request.headers['content-type'] ?? 'application/json' },
      ...(request.method === 'POST' ? { body: request, duplex: 'half' } : {}),
    } as RequestInit);
    response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? '' });
    response.end(await answer.text());
  });
  await new Promise<void>((resolve) => relay.listen(0, '127.0.0.1', resolve));
  const { port } = relay.address() as AddressInfo;
  const { adminUrl, post } = await world.startProducer({
    HERALD_SCHEMA_REGISTRY_URL: `http://127.0.0.1:${port}${new URL(stack.registryUrl).pathname}`,
  });
  relay.closeAllConnections();
  await new Promise((resolve) => relay.close(resolve));
  expect((await post(world.someEvents(10))).status).toBe(202);
  expect((await fetch(`${adminUrl}/readyz`)).status).toBe(200);
});

test('SIGTERM under load loses nothing that was answered, and ends well within its deadline', async () => {
  const { service, post } = await world.startProducer();
  const answered: string[] = [];
  let stopping = false;
  const clients = Array.from({ length: 8 }, async () => {
    while (!stopping) {
      const answer = await post(world.someEvents(5)).catch(() => undefined);
      if (answer?.status !== 202) return;
      for (const { event_id } of answer.body.events as Published[]) answered.push(event_id);
    }
  });
  await eventually(() => expect(answered.length).toBeGreaterThan(200));
  const ended = service.stop();
  expect(await ended).toEqual({ code: 0, signal: null });
  stopping = true;
  await Promise.all(clients);
  const recorded = new Set([...(await world.onRecord()).values()].map(({ event_id }) => event_id));
  expect(answered.filter((eventId) => !recorded.has(eventId))).toEqual([]);
});

test('its metrics say what it accepted', async () => {
  const { adminUrl, post } = await world.startProducer();
  await post(world.someEvents(7));
  const text = await (await fetch(`${adminUrl}/metrics`)).text();
  expect(text).toContain('herald_ingest_accepted_events_total{service="producer"} 7');
  expect(text).toContain('herald_ingest_pending_events{service="producer"} 0');
  expect(text).toMatch(/herald_ingest_produce_batch_events_count\{service="producer"\} [1-9]/);
});
