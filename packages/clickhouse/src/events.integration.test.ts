import { deliveryId } from '@herald/domain/ids';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import type { DeliveryQuery, EventQuery, HistoryStore } from './history.ts';
import { openHistoryStore } from './history-store.ts';
import { listDeliveries } from './read/delivery-list.ts';
import { listEvents } from './read/event-list.ts';
import { ATTEMPTS } from './tables/attempts.ts';
import { EVENTS } from './tables/events.ts';
import { POISON } from './tables/poison.ts';
import { ROUTES } from './tables/routes.ts';
import { openCountingReader } from './testing/counting-reader.ts';
import { createHistoryDatabase, type HistoryDatabase } from './testing/history-database.ts';
import { newAccount, pageOf } from './testing/listing.ts';
import { anAttempt, anEvent, anEventRow, aRoute, NOON_MS } from './testing/sample-rows.ts';

let database: HistoryDatabase;
let history: HistoryStore;

beforeAll(async () => {
  database = await createHistoryDatabase(inject('stack').clickhouseUrl);
  history = openHistoryStore(database.options);
});
afterAll(async () => {
  await history.close();
  await database.drop();
});

test('an event is shown with its content, its route record and its deliveries of every cause', async () => {
  const scope = newAccount();
  const event = anEvent({ account_id: scope.accountId, metadata: { 'naïve "key"': 'välue\n' } });
  const common = { account_id: scope.accountId, event_id: event.event_id };
  const delivery_id = deliveryId(event.event_id, 'endpoint-1', 'event');
  const row = { partition: 2, offset: 8, recordedAtMs: NOON_MS + 3, content: { ok: true as const, event } };
  await database.insert(EVENTS, [row]);
  expect(await history.events.get(scope, event.event_id)).toMatchObject({ route: null, deliveries: [] });

  const deliveries = [{ endpoint_id: 'endpoint-1', delivery_id }];
  await database.insert(ROUTES, [aRoute(8, { ...common, origin_partition: 2, deliveries })]);
  const replayed = anAttempt({ ...common, cause: 'replay:r1', started_at: NOON_MS + 90_000 });
  await database.insert(ATTEMPTS, [anAttempt({ ...common, delivery_id, verdict: 'RETRY' }), replayed]);
  const found = await history.events.get(scope, event.event_id);
  expect(found).toMatchObject({
    eventId: event.event_id,
    recordedAtMs: NOON_MS + 3,
    origin: { topic: 'publication.events', partition: 2, offset: 8 },
    route: { configRevision: 9, deliveries: [{ endpointId: 'endpoint-1', deliveryId: delivery_id }] },
    deliveries: [
      { deliveryId: delivery_id, cause: 'event', state: 'waiting' },
      { deliveryId: replayed.delivery_id, cause: 'replay:r1', state: 'delivered' },
    ],
  });
  expect(found?.event).toEqual(event);
});

test('the route record of an event is shown though it says no time and is of another day than its attempts', async () => {
  const scope = newAccount();
  const event = anEvent({ account_id: scope.accountId });
  const common = { account_id: scope.accountId, event_id: event.event_id };
  await database.insert(EVENTS, [anEventRow(30, event)]);
  await database.insert(ROUTES, [aRoute(30, { ...common, occurred_at: 0 })]);
  await database.insert(ATTEMPTS, [anAttempt({ ...common, started_at: NOON_MS + 86_400_000 })]);
  expect(await history.events.get(scope, event.event_id)).toMatchObject({
    route: { configRevision: 9 },
    deliveries: [{ state: 'delivered' }],
  });
});

test('a delivery that died of an event that cannot be read is dead wherever it is asked for', async () => {
  const scope = newAccount();
  const event = anEvent({ account_id: scope.accountId });
  const { event_id } = event;
  const delivery_id = deliveryId(event_id, 'endpoint-1', 'event');
  const deliveries = [{ endpoint_id: 'endpoint-1', delivery_id }];
  const route = aRoute(700, { account_id: scope.accountId, event_id, deliveries });
  // As the dispatcher has it: it knows the endpoint, and of the event nothing but the time of the record.
  const dead = anAttempt({
    ...{ account_id: scope.accountId, event_id, delivery_id, origin_partition: 0, origin_offset: 700 },
    ...{ channel_id: '', publication_id: '', event_type: '', occurred_at: NOON_MS + 900 },
    ...{ disposition: 'DEAD', verdict: 'DEAD', reason: 'event_undecodable' },
    ...{ error_message: 'unknown_schema: 7', outcome: null, request: null, response: null },
  });
  await database.insert(EVENTS, [anEventRow(700, event)]);
  await database.insert(ROUTES, [route]);
  await database.insert(ATTEMPTS, [dead]);

  const ofDelivery = { deliveryId: delivery_id, state: 'dead' };
  expect(await history.deliveries.get(scope, delivery_id)).toMatchObject({
    ...ofDelivery,
    history: [{ reason: 'event_undecodable' }],
  });
  expect(await history.events.get(scope, event_id)).toMatchObject({ deliveries: [ofDelivery] });
  expect(await history.events.evidence(scope, event_id, 'endpoint-1')).toMatchObject({
    deliveries: [ofDelivery],
    dispositions: [{ reason: 'event_undecodable', errorMessage: 'unknown_schema: 7' }],
  });
  expect(pageOf(await history.deadLetters.list(scope, { limit: 10 })).items).toMatchObject([ofDelivery]);
  expect(await history.ledger.recount(scope)).toMatchObject({ dead: 1, pending: 0 });
});

test('a walk over events shows one that was produced twice once', async () => {
  const scope = newAccount();
  const rows = Array.from({ length: 45 }, (_, index) =>
    anEventRow(index, { account_id: scope.accountId, occurred_at: NOON_MS + (index % 9) }),
  );
  const again = rows.map((row) => ({ ...row, partition: 1 }));
  await database.insert(EVENTS, [...rows, ...again]);
  const ids: string[] = [];
  for (let cursor: string | undefined; ; ) {
    const page = pageOf(await history.events.list(scope, { limit: 7, cursor }));
    ids.push(...page.items.map(({ eventId }) => eventId));
    if (page.nextCursor === undefined) break;
    cursor = page.nextCursor;
  }
  expect(ids.toSorted()).toEqual(
    rows.map(({ content }) => (content.ok ? content.event.event_id : '')).sort(),
  );
});

test('the newest events of some channels and types are listed, and what they say is read to a bound, newest first', async () => {
  const scope = newAccount();
  const of = (index: number, id: string, event_type: 'PUBLISHED' | 'FAILED', caption = '') => {
    const { channel, content } = anEvent({});
    return anEventRow(index, {
      account_id: scope.accountId,
      occurred_at: NOON_MS + index,
      event_type,
      channel: { ...channel, id },
      content: { ...content, caption },
    });
  };
  const large = 'x'.repeat(2_500_000);
  const rows = [
    of(0, 'a', 'FAILED', large),
    of(1, 'a', 'FAILED', large),
    of(2, 'a', 'PUBLISHED'),
    of(3, 'b', 'FAILED'),
    of(4, '', 'FAILED'),
  ];
  await database.insert(EVENTS, rows);
  const [older, newer, , , ofNone] = rows.map(({ content }) => (content.ok ? content.event.event_id : ''));
  const query = { limit: 9, channelIds: ['a', ''], eventTypes: ['publication.failed'] };
  const { items } = pageOf(await history.events.list(scope, query));
  expect(items.map(({ eventId }) => eventId)).toEqual([ofNone, newer, older]);
  const read = await history.events.contents(scope, items);
  expect(read.map(({ event_id }) => event_id).toSorted()).toEqual([ofNone, newer].sort());
});

test('of a type that a channel has none of, nothing is read, though others have it and the channel has much', async () => {
  const scope = newAccount();
  const columns = 'account_id, project_id, channel_id, event_type, event_id, occurred_at';
  // In every granule are both channels and both types.
  const rows = `'${scope.accountId}', 'project-1', concat('channel-', toString(number % 2)),
    if(number % 2 = 0, 'publication.published', 'publication.failed'), toString(number),
    fromUnixTimestamp64Milli(toInt64(${NOON_MS} + number), 'UTC')`;
  await database.run(`INSERT INTO events (${columns}, recorded_at)
    SELECT ${rows}, fromUnixTimestamp64Milli(toInt64(${NOON_MS}), 'UTC') FROM numbers(3000)`);
  await database.run(`INSERT INTO routes (${columns}, routed_at, endpoint_ids, delivery_ids)
    SELECT ${rows}, fromUnixTimestamp64Milli(toInt64(${NOON_MS}), 'UTC'),
      [concat('endpoint-', toString(number % 2))], [generateUUIDv4(number)] FROM numbers(3000)`);
  const published = { eventType: 'publication.published', limit: 5 };
  const failed = { eventType: 'publication.failed', limit: 5 };
  await using counting = openCountingReader(database.options);
  const nowMs = NOON_MS + 10_000;
  const found = async (query: EventQuery & DeliveryQuery) => {
    const ofEvents = pageOf(await listEvents(counting.reader, scope, query, nowMs));
    const ofDeliveries = pageOf(await listDeliveries(counting.reader, scope, query, nowMs));
    return [ofEvents.items.length, ofDeliveries.items.length];
  };
  expect(await found({ ...published, channelId: 'channel-0' })).toEqual([5, 5]);
  expect(await found({ ...failed, channelId: 'channel-1' })).toEqual([5, 5]);
  const readBefore = counting.rowsRead();
  expect(readBefore).toBeGreaterThan(0);
  expect(await found({ ...failed, channelId: 'channel-0' })).toEqual([0, 0]);
  expect(counting.rowsRead()).toBe(readBefore);
});

test('poison is listed newest first, once a record, with its bytes', async () => {
  const row = (offset: number, recordedAtMs: number) => ({
    source: { topic: 'publication.events', partition: 11, offset },
    recordedAtMs,
    reason: 'corrupt',
    detail: `offset ${offset}`,
    value: Buffer.from([0xff, offset]),
  });
  await database.insert(POISON, [row(1, NOON_MS), row(2, NOON_MS), row(3, NOON_MS + 1)]);
  await database.insert(POISON, [row(1, NOON_MS + 5), { ...row(4, NOON_MS - 1), value: null }]);
  const offsets: number[] = [];
  for (let cursor: string | undefined; ; ) {
    const page = pageOf(await history.poison.list({ limit: 2, cursor }));
    offsets.push(...page.items.map(({ source }) => source.offset));
    for (const { source, value, valueBytes } of page.items) {
      if (source.offset === 4) expect(valueBytes).toBe(0);
      else expect(value).toEqual(Buffer.from([0xff, source.offset]));
    }
    if (page.nextCursor === undefined) break;
    cursor = page.nextCursor;
  }
  expect(offsets).toEqual([3, 2, 1, 4]);
});

test('events of a range are counted by what a subscription can ask for, one that was produced twice once', async () => {
  const scope = newAccount();
  const of = (said: object) => ({ account_id: scope.accountId, ...said });
  const twice = of({ event_id: '6f1c1f0e-6a51-4d0c-9f6a-0b6f3a1e7c42' });
  await database.insert(EVENTS, [
    anEventRow(0, twice),
    anEventRow(1, twice),
    anEventRow(2, of({})),
    anEventRow(3, of({ event_type: 'FAILED' })),
    anEventRow(4, of({ project_id: 'project-2', channel: { id: 'channel-2', type: 'x', name: null } })),
    anEventRow(5, of({ occurred_at: NOON_MS + 1 })),
    anEventRow(6, of({ occurred_at: NOON_MS - 1 })),
  ]);
  const found = await history.events.groups(scope, { fromMs: NOON_MS, toMs: NOON_MS + 1 });
  if (found.kind !== 'counted') throw new Error(found.kind);
  const here = { projectId: 'project-1', channelId: 'channel-1' };
  expect(new Set(found.groups)).toEqual(
    new Set([
      { ...here, eventType: 'publication.published', events: 2 },
      { ...here, eventType: 'publication.failed', events: 1 },
      { projectId: 'project-2', channelId: 'channel-2', eventType: 'publication.published', events: 1 },
    ]),
  );
});
