import { randomUUID } from 'node:crypto';
import { deliveryId } from '@herald/domain/ids';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import type { HistoryStore } from '../history.ts';
import { openHistoryStore } from '../history-store.ts';
import { ATTEMPTS } from '../tables/attempts.ts';
import { EVENTS } from '../tables/events.ts';
import { ROUTES } from '../tables/routes.ts';
import { createHistoryDatabase, type HistoryDatabase } from '../testing/history-database.ts';
import { newAccount } from '../testing/listing.ts';
import { anAttempt, anEventRow, aRoute, NOON_MS } from '../testing/sample-rows.ts';

let database: HistoryDatabase;
let history: HistoryStore;

beforeAll(async () => {
  database = await createHistoryDatabase(inject('stack').clickhouseUrl);
  history = openHistoryStore(database.options);
});
afterAll(async () => {
  await history?.close();
  await database?.drop();
});

/** An event of an account of its own. */
function anOwnEvent() {
  const scope = newAccount();
  return { scope, own: { account_id: scope.accountId, event_id: randomUUID() } };
}

function to(eventId: string, endpoint: number) {
  const endpoint_id = `endpoint-${endpoint}`;
  return { endpoint_id, delivery_id: deliveryId(eventId, endpoint_id, 'event') };
}

test('of an event to very many endpoints, each is explained by its own delivery, and what a page has no room for is counted', async () => {
  const { scope, own } = anOwnEvent();
  const deliveries = Array.from({ length: 1_300 }, (_, endpoint) => to(own.event_id, endpoint));
  await database.insert(EVENTS, [anEventRow(0, own)]);
  await database.insert(ROUTES, [aRoute(0, { ...own, deliveries })]);
  await database.insert(
    ATTEMPTS,
    deliveries.map((delivery) => anAttempt({ ...own, ...delivery, verdict: 'DEAD', reason: 'exhausted' })),
  );
  const found = await history.events.get(scope, own.event_id);
  expect(found?.deliveries).toHaveLength(1_000);
  expect(found?.deliveriesLeftOut).toBe(300);
  const shown = new Set(found?.deliveries.map(({ endpointId }) => endpointId));
  const hidden = deliveries.filter(({ endpoint_id }) => !shown.has(endpoint_id));
  expect(hidden).toHaveLength(300);
  const { endpoint_id, delivery_id } = hidden[7]!;
  expect(await history.events.evidence(scope, own.event_id, endpoint_id)).toMatchObject({
    deliveries: [{ deliveryId: delivery_id, state: 'dead' }],
    dispositions: [{ deliveryId: delivery_id, reason: 'exhausted' }],
  });
});

test('a life of more steps than are read is shown with its beginning and its end, and says what is left out', async () => {
  const { scope, own } = anOwnEvent();
  const delivery = to(own.event_id, 1);
  const steps = Array.from({ length: 1_300 }, (_, step) =>
    anAttempt({
      ...own,
      ...delivery,
      ...(step < 1_299 ? { disposition: 'PARKED', verdict: 'NONE', request: null, response: null } : {}),
      ...{ step, started_at: NOON_MS + step },
    }),
  );
  await database.insert(ATTEMPTS, [...steps, steps[3]!]);
  const kept = [...steps.slice(0, 100), ...steps.slice(-900)].map(({ step }) => step);
  const found = await history.deliveries.get(scope, delivery.delivery_id);
  expect(found).toMatchObject({ state: 'delivered', historyLeftOut: 300 });
  expect(found?.history.map(({ step }) => step)).toEqual(kept);
  expect(found?.history.at(-1)).toMatchObject({ disposition: 'ATTEMPTED', response: { status: 200 } });
  const evidence = await history.events.evidence(scope, own.event_id, delivery.endpoint_id);
  expect(evidence.dispositions.map(({ step }) => step)).toEqual(kept);
  expect(evidence.dispositionsLeftOut).toBe(300);
});

test.each([0, -1, Date.UTC(1969, 6, 21)])(
  'a delivery of an event of %s ms, by its producer, is pending wherever it is asked for',
  async (occurred_at) => {
    const { scope, own } = anOwnEvent();
    const delivery = to(own.event_id, 1);
    await database.insert(EVENTS, [anEventRow(20, { ...own, occurred_at })]);
    await database.insert(ROUTES, [aRoute(20, { ...own, occurred_at, deliveries: [delivery] })]);
    const pending = { deliveryId: delivery.delivery_id, state: 'pending' };
    expect(await history.deliveries.get(scope, delivery.delivery_id)).toMatchObject(pending);
    expect(await history.events.get(scope, own.event_id)).toMatchObject({ deliveries: [pending] });
    const listed = await history.deliveries.list(scope, { limit: 10, state: 'pending' });
    expect(listed).toMatchObject({ items: [pending] });
    const range = { fromMs: 0, toMs: 1_000, bucketMs: 1_000 };
    expect((await history.stats.read(scope, range)).total.deliveries).toMatchObject({ pending: 1 });
  },
);

test('an event that was routed twice shows all that it was routed to, and a delivery of it once whatever times it has', async () => {
  const { scope, own } = anOwnEvent();
  const [first, second] = [to(own.event_id, 1), to(own.event_id, 2)];
  const later = { ...own, occurred_at: NOON_MS + 7_000 };
  await database.insert(EVENTS, [anEventRow(10, own), anEventRow(11, later)]);
  await database.insert(ROUTES, [
    aRoute(10, { ...own, deliveries: [first] }),
    aRoute(11, { ...later, routed_at: NOON_MS + 20, config_revision: 12, deliveries: [first, second] }),
  ]);
  await database.insert(ATTEMPTS, [
    anAttempt({ ...later, ...first, origin_partition: 0, origin_offset: 11 }),
  ]);
  const route = {
    configRevision: 9,
    deliveries: [first, second].map(({ endpoint_id, delivery_id }) => ({
      endpointId: endpoint_id,
      deliveryId: delivery_id,
    })),
  };
  const found = await history.events.get(scope, own.event_id);
  expect(found?.route).toMatchObject(route);
  expect(found?.deliveries.map(({ deliveryId, state }) => [deliveryId, state]).toSorted()).toEqual(
    [
      [first.delivery_id, 'delivered'],
      [second.delivery_id, 'pending'],
    ].toSorted(),
  );
  expect((await history.events.evidence(scope, own.event_id, 'endpoint-2')).route).toMatchObject(route);
  expect(await history.deliveries.get(scope, first.delivery_id)).toMatchObject({
    state: 'delivered',
    occurredAtMs: NOON_MS,
    history: [{ step: 0 }],
    historyLeftOut: 0,
  });
  expect(await history.deadLetters.find(scope, [first.delivery_id])).toMatchObject([
    { deliveryId: first.delivery_id, state: 'delivered', occurredAtMs: NOON_MS },
  ]);
});

test('a delivery whose bodies are more than an answer holds is shown with the newest of them, and with all else', async () => {
  const { scope, own } = anOwnEvent();
  const delivery = to(own.event_id, 1);
  const attempts = Array.from({ length: 5 }, (_, step) =>
    anAttempt({
      ...own,
      ...delivery,
      ...{ step, started_at: NOON_MS + step, verdict: 'RETRY' as const },
      request: {
        method: 'POST',
        url: 'https://receiver.example/hook',
        headers: { 'herald-attempt': `${step}` },
        body: Buffer.alloc(512 * 1024, `${step}`),
      },
    }),
  );
  await database.insert(ATTEMPTS, attempts);
  const found = await history.deliveries.get(scope, delivery.delivery_id);
  expect(
    found?.history.map(({ request }) => [request?.headers['herald-attempt'], request?.body?.length]),
  ).toEqual([
    ['0', undefined],
    ['1', undefined],
    ['2', undefined],
    ['3', 512 * 1024],
    ['4', 512 * 1024],
  ]);
  expect(found?.history.map(({ response }) => response?.body?.toString())).toEqual(Array(5).fill('ok'));
});
