import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { EventInput } from '@herald/publisher/event-input';
import type { Published } from '@herald/publisher/published';
import { eventually } from '@herald/testkit/eventually';
import { afterAll, afterEach, beforeAll, expect, inject, test } from 'vitest';
import { type Answer, createIngestWorld, type IngestWorld } from '../test-support/ingest-world.ts';

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

test('an event sent again by its id is answered with where it stands, and stands there once', async () => {
  const { post } = await world.startProducer();
  const events = world.someEvents(4);
  const first = await post(events.slice(0, 3));
  const [again, meanwhile] = await Promise.all([post(events), post(events)]);
  const changed = await post({ ...events[0], publication_id: 'another' });
  expect([first, again, meanwhile, changed].map(({ status }) => status)).toEqual([202, 202, 202, 422]);
  const at = (answer: Answer) =>
    (answer.body.events as Published[]).map(({ partition, offset }) => `${partition}:${offset}`);
  expect(at(again).slice(0, 3)).toEqual(at(first));
  expect(at(meanwhile)).toEqual(at(again));
  const ids = new Set(events.map(({ event_id }) => event_id));
  const recorded = [...(await world.onRecord())].filter(([, { event_id }]) => ids.has(event_id));
  expect(recorded.map(([place]) => place).toSorted()).toEqual(at(again).toSorted());
});

test('an account that floods is held to its quota, and another one is not refused once, nor delayed', async () => {
  const quota = 200;
  const { post } = await world.startProducer({
    HERALD_INGEST_QUOTA_EVENTS_PER_SECOND: String(quota),
    HERALD_INGEST_QUOTA_BURST_EVENTS: String(quota),
  });
  const headers = { authorization: `Bearer ${await world.newKey('write', `other-${world.accountId}`)}` };
  const [ofFlood] = world.someEvents(1).map(({ event_id: _, ...event }) => event);
  const { account_id: _, ...ofOther } = ofFlood as EventInput;
  await eventually(async () => expect((await post(ofOther, headers)).status).toBe(202));

  const startedAtMs = performance.now();
  const flood: Answer[] = [];
  let flooding = true;
  const floods = Array.from({ length: 8 }, async () => {
    while (flooding) flood.push(await post(Array(20).fill(ofFlood)));
  });
  await eventually(() => expect(flood.some(({ status }) => status === 429)).toBe(true));
  const durationsMs: number[] = [];
  try {
    for (let sent = 0; sent < 50; sent++) {
      const sentAtMs = performance.now();
      expect(await post(ofOther, headers)).toMatchObject({ status: 202 });
      durationsMs.push(performance.now() - sentAtMs);
    }
  } finally {
    flooding = false;
    await Promise.all(floods);
  }

  const seconds = (performance.now() - startedAtMs) / 1_000;
  const accepted = flood.filter(({ status }) => status === 202).length * 20;
  const refused = flood.filter(({ status }) => status === 429);
  expect(accepted).toBeLessThanOrEqual(quota + quota * seconds);
  expect(refused.every((one) => Number(one.headers.get('retry-after')) >= 1)).toBe(true);
  // Far above what it takes on a machine that is busy with other tests, far below waiting behind the flood.
  expect(durationsMs.toSorted((a, b) => a - b)[48]).toBeLessThan(2_000);
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
