import { randomUUID } from 'node:crypto';
import type { DeliveryAttempt } from '@herald/contracts/generated/delivery-attempt';
import { afterAll, beforeAll, beforeEach, expect, inject, test } from 'vitest';
import { connectClickHouse } from '../client.ts';
import type { DeliveryQuery, HistoryStore } from '../history.ts';
import { openHistoryStore } from '../history-store.ts';
import { ATTEMPTS } from '../tables/attempts.ts';
import { EVENTS } from '../tables/events.ts';
import { ROUTES } from '../tables/routes.ts';
import { createHistoryDatabase, type HistoryDatabase } from '../testing/history-database.ts';
import { newAccount, pageOf } from '../testing/listing.ts';
import { anAttempt, anEventRow, aRoute, NOON_MS } from '../testing/sample-rows.ts';
import { type LedgerCounter, openLedgerCounter } from './ledger-counter.ts';
import { keepOneTime } from './one-time.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

let database: HistoryDatabase;
let history: HistoryStore;
let counter: LedgerCounter;
let scope: { accountId: string };
let eventId: string;
let deliveryId: string;
/** Offsets that no other test has. */
let base = 0;

beforeAll(async () => {
  database = await createHistoryDatabase(inject('stack').clickhouseUrl);
  history = openHistoryStore(database.options);
  counter = openLedgerCounter(database.options);
  // The first count is of everything.
  await countAt(NOON_MS);
});
beforeEach(() => {
  scope = newAccount();
  eventId = randomUUID();
  deliveryId = randomUUID();
  base += 10_000;
});
afterAll(async () => {
  await counter?.close();
  await history?.close();
  await database?.drop();
});

function countAt(asOfMs: number) {
  const state = { asOfMs, overdueAfterMs: 5 * MINUTE_MS, retentionMs: 30 * DAY_MS };
  return counter.count({ ...state, settledUntilMs: 0, watermarks: [] });
}

/** The event once more on record, and routed, at this offset and with this time. */
async function produced(offset: number, occurredAtMs = NOON_MS): Promise<void> {
  const own = { account_id: scope.accountId, event_id: eventId, occurred_at: occurredAtMs };
  await database.insert(EVENTS, [anEventRow(base + offset, own)]);
  const deliveries = [{ endpoint_id: 'endpoint-1', delivery_id: deliveryId }];
  await database.insert(ROUTES, [aRoute(base + offset, { ...own, deliveries })]);
}

async function attempted(offset: number, said: Partial<DeliveryAttempt> = {}): Promise<void> {
  const own = { account_id: scope.accountId, event_id: eventId, delivery_id: deliveryId };
  const origin = { origin_partition: 0, origin_offset: base + offset };
  await database.insert(ATTEMPTS, [anAttempt({ ...own, ...origin, ...said })]);
}

const RETRIED = { verdict: 'RETRY', retry_tier: '10m', next_attempt_at: NOON_MS + 10 * MINUTE_MS } as const;

async function listed(query: Partial<DeliveryQuery> = {}): Promise<string[]> {
  const { items } = pageOf(await history.deliveries.list(scope, { limit: 10, ...query }));
  return items.map(({ state }) => state);
}

/** Nothing is pending, overdue or lagging, and all figures are those that the history has. */
async function expectClosed(): Promise<void> {
  const { figures, findings } = await history.ledger.read(scope);
  expect(figures).toEqual(await history.ledger.recount(scope));
  expect(findings).toMatchObject({ overdue: { pending: 0, waiting: 0, held: 0 }, overdueDeliveries: [] });
  expect((await history.stats.lag(scope, 10)).endpoints).toEqual([]);
}

test.each([
  { read: 'first', offset: 0 },
  { read: 'second', offset: 500 },
])(
  'a delivery of an event that is on record twice is one, delivered from where it was read $read',
  async ({ offset }) => {
    await produced(0);
    await produced(500);
    await attempted(offset);
    await countAt(NOON_MS + 6 * MINUTE_MS);
    await expectClosed();
    expect((await history.ledger.read(scope)).figures).toMatchObject({
      accepted: 2,
      routed: 2,
      deliveries: 1,
      delivered: 1,
      pending: 0,
    });
  },
);

test('it is overdue once where nothing comes of any of the two, and settled when it does', async () => {
  await produced(0);
  await produced(500);
  await attempted(500, RETRIED);
  await countAt(NOON_MS + 6 * MINUTE_MS);
  const waits = await history.ledger.read(scope);
  expect(waits.figures).toMatchObject({ deliveries: 1, waiting: 1, pending: 0 });
  expect(waits.findings.overdueDeliveries).toEqual([]);

  await countAt(NOON_MS + 16 * MINUTE_MS);
  const late = await history.ledger.read(scope);
  expect(late.findings).toMatchObject({
    overdue: { pending: 0, waiting: 1 },
    overdueDeliveries: [{ deliveryId }],
  });

  await attempted(500, { step: 1, started_at: NOON_MS + 16 * MINUTE_MS });
  await countAt(NOON_MS + 17 * MINUTE_MS);
  await expectClosed();
});

/** As once a day. */
async function countEverything(): Promise<void> {
  await database.run('TRUNCATE TABLE ledger_reports');
  const keeper = openLedgerCounter(database.options);
  const state = { asOfMs: NOON_MS, overdueAfterMs: 5 * MINUTE_MS, retentionMs: 30 * DAY_MS };
  await keeper.count({ ...state, settledUntilMs: 0, watermarks: [] });
  await keeper.close();
}

test('one that was attempted from both is counted once at the daily count of everything', async () => {
  await produced(0);
  await produced(500);
  await attempted(0);
  await attempted(500);
  await countEverything();
  expect((await history.ledger.read(scope)).figures).toMatchObject({ deliveries: 1, delivered: 1 });
});

test('one whose event could not be read is listed once, at the time of its event, after the daily count', async () => {
  await produced(0);
  const unread = { event_type: '', channel_id: '', publication_id: '', occurred_at: NOON_MS + 7_000 };
  await attempted(0, { ...unread, disposition: 'DEAD', verdict: 'DEAD', reason: 'event_undecodable' });
  await countEverything();
  await expectClosed();
  expect(await listed()).toEqual(['dead']);
  expect(await listed({ toMs: NOON_MS + 1 })).toEqual(['dead']);
  expect(await listed({ state: 'pending' })).toEqual([]);
  const { accountId } = scope;
  expect(
    await database.ask(
      `SELECT toUnixTimestamp64Milli(occurred_at) AS at FROM delivery_deaths WHERE account_id = '${accountId}'`,
    ),
  ).toEqual([{ at: NOON_MS }]);
});

test('a round finds nothing to settle where everything is', async () => {
  await produced(0);
  await produced(500);
  await attempted(0);
  await countAt(NOON_MS + 6 * MINUTE_MS);
  const entries = () => database.ask('SELECT count() AS rows FROM ledger_entries');
  const before = await entries();
  await countAt(NOON_MS + 7 * MINUTE_MS);
  expect(await entries()).toEqual(before);
});

test('what is logged at the later time while the delivery is put to the earlier one keeps its place in lists', async () => {
  await produced(0, NOON_MS);
  await produced(500, NOON_MS + 7_000);
  const later = { occurred_at: NOON_MS + 7_000 };
  await attempted(500, { ...later, ...RETRIED });
  const client = connectClickHouse(database.options, { maxConnections: 2, settings: {} });
  const unlogged = [
    { after: 'INSERT INTO delivery_moments', attempt: { step: 1, ...RETRIED } },
    { after: 'DELETE FROM delivery_moments', attempt: { step: 2 } },
  ];
  const racing = {
    query: client.query.bind(client),
    async command(asked: { query: string }) {
      await client.command(asked);
      if (!asked.query.startsWith(unlogged[0]?.after ?? 'never')) return;
      await attempted(500, { ...later, ...unlogged.shift()!.attempt });
    },
  };
  await keepOneTime(racing as unknown as typeof client, [deliveryId]);
  expect(unlogged).toEqual([]);
  await client.close();
  expect(await listed()).toEqual(['delivered']);
  expect(await listed({ state: 'delivered', toMs: NOON_MS + 1 })).toEqual(['delivered']);
  const range = { fromMs: NOON_MS - MINUTE_MS, toMs: NOON_MS + MINUTE_MS, bucketMs: MINUTE_MS };
  const { total } = await history.stats.read(scope, range);
  expect(total.attempts.total).toBe(3);
});

test('produced with two times it is listed and counted once, at the earlier, and found by what was answered', async () => {
  await produced(0, NOON_MS + 7_000);
  await produced(500, NOON_MS);
  const answer = { status: 200, headers: {}, body: Buffer.from('remarkable'), body_truncated: false };
  await attempted(0, { occurred_at: NOON_MS + 7_000, response: answer });
  await countAt(NOON_MS + 6 * MINUTE_MS);
  await expectClosed();
  expect(await listed()).toEqual(['delivered']);
  expect(await listed({ toMs: NOON_MS + 1 })).toEqual(['delivered']);
  expect(await listed({ state: 'delivered', status: 200 })).toEqual(['delivered']);
  expect(await listed({ text: 'remarkable' })).toEqual(['delivered']);
  expect(await listed({ state: 'pending' })).toEqual([]);
  const range = { fromMs: NOON_MS - MINUTE_MS, toMs: NOON_MS + MINUTE_MS, bucketMs: MINUTE_MS };
  const { total } = await history.stats.read(scope, range);
  expect(total.deliveries).toMatchObject({ delivered: 1, pending: 0 });
  expect(total.attempts.total).toBe(1);
});
