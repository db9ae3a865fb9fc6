import { randomUUID } from 'node:crypto';
import type { DeliveryAttempt } from '@herald/contracts/generated/delivery-attempt';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import type { HistoryStore } from '../history.ts';
import { openHistoryStore } from '../history-store.ts';
import { openLedgerCounter } from '../ledger/ledger-counter.ts';
import { ATTEMPTS } from '../tables/attempts.ts';
import { ROUTES } from '../tables/routes.ts';
import { createHistoryDatabase, type HistoryDatabase } from '../testing/history-database.ts';
import { anAttempt, aRoute, NOON_MS } from '../testing/sample-rows.ts';

const HOUR_MS = 3_600_000;

let database: HistoryDatabase;
let history: HistoryStore;
const scope = { accountId: `account-${randomUUID()}` };
const stranger = { accountId: `account-${randomUUID()}` };

/** Delivered at once; delivered at the second attempt, in the next hour; given up; never routed further. */
const attempts: DeliveryAttempt[] = [];

beforeAll(async () => {
  database = await createHistoryDatabase(inject('stack').clickhouseUrl);
  history = openHistoryStore(database.options);
  const of = { account_id: scope.accountId };
  const late = { ...of, delivery_id: randomUUID(), endpoint_id: 'endpoint-2', event_id: 'late' };
  attempts.push(
    anAttempt({ ...of, duration_ms: 10 }),
    anAttempt({
      ...late,
      verdict: 'RETRY',
      outcome: 'timeout',
      response: null,
      duration_ms: 30_000,
      next_attempt_at: NOON_MS + HOUR_MS,
    }),
    anAttempt({ ...late, step: 1, attempt_number: 2, started_at: NOON_MS + HOUR_MS, duration_ms: 20 }),
    anAttempt({
      ...of,
      endpoint_id: 'endpoint-2',
      project_id: 'project-2',
      verdict: 'DEAD',
      reason: 'exhausted',
      response: { status: 503, headers: {}, body: Buffer.alloc(0), body_truncated: false },
      duration_ms: 40,
    }),
    anAttempt({ ...of, disposition: 'FENCED', verdict: 'NONE', duration_ms: 50 }),
    anAttempt({
      ...of,
      disposition: 'HELD',
      verdict: 'HOLD',
      reason: 'paused',
      outcome: null,
      response: null,
    }),
  );
  await database.insert(ATTEMPTS, attempts);
  // A logger that was killed after its insert writes everything again, in other parts.
  await database.insert(ATTEMPTS, attempts);
  await database.insert(ROUTES, [
    aRoute(7, {
      ...of,
      occurred_at: NOON_MS + HOUR_MS,
      deliveries: [{ endpoint_id: 'endpoint-3', delivery_id: randomUUID() }],
    }),
  ]);
});
afterAll(async () => {
  await history.close();
  await database.drop();
});

const day = { fromMs: NOON_MS - HOUR_MS, toMs: NOON_MS + 23 * HOUR_MS, bucketMs: HOUR_MS };

test('an answer of no known class counts by its hundreds, and is found by them', async () => {
  const own = { account_id: `account-${randomUUID()}` };
  const response = { status: 629, headers: {}, body: Buffer.alloc(0), body_truncated: false };
  await database.insert(ATTEMPTS, [anAttempt({ ...own, verdict: 'DEAD', reason: 'exhausted', response })]);
  const whose = { accountId: own.account_id };
  expect((await history.stats.read(whose, day)).total.attempts.outcomes).toEqual({ '6xx': 1 });
  expect(await history.deliveries.list(whose, { limit: 10, status: 6 })).toMatchObject({
    items: [{ lastStatus: 629 }],
  });
});

test('each attempt and each delivery counts once, in the hour of its own time, whatever was inserted twice', async () => {
  const { total, buckets } = await history.stats.read(scope, day);
  expect(total.attempts).toMatchObject({
    total: 5,
    delivered: 2,
    retry: 1,
    dead: 1,
    hold: 0,
    none: 1,
    outcomes: { '2xx': 3, '5xx': 1, timeout: 1 },
  });
  expect(total.attempts.durationMs?.p50).toBeGreaterThanOrEqual(20);
  expect(total.attempts.durationMs?.p99).toBeGreaterThan(20_000);
  // The fenced attempt's delivery is pending, as is the one that was only routed.
  expect(total.deliveries).toEqual({ pending: 2, waiting: 0, held: 1, cancelled: 0, dead: 1, delivered: 2 });
  expect(buckets.map(({ fromMs }) => fromMs)).toEqual([NOON_MS, NOON_MS + HOUR_MS]);
  expect(buckets[0]?.attempts.total).toBe(4);
  expect(buckets[1]).toMatchObject({
    attempts: { total: 1, delivered: 1 },
    deliveries: { pending: 1, delivered: 0 },
  });
});

test.each([
  [{ endpointId: 'endpoint-2' }, 3, 2],
  [{ projectId: 'project-2' }, 1, 1],
  [{ channelId: 'other' }, 0, 0],
  [{ eventType: 'publication.published' }, 5, 6],
  [{ fromMs: NOON_MS + HOUR_MS }, 1, 1],
  [{ toMs: NOON_MS }, 0, 0],
])('figures are narrowed to what was asked for: %j', async (asked, attempts, deliveries) => {
  const { total } = await history.stats.read(scope, { ...day, ...asked });
  expect(total.attempts.total).toBe(attempts);
  expect(Object.values(total.deliveries).reduce((sum, count) => sum + count, 0)).toBe(deliveries);
});

test('each endpoint has its own figures, those with most attempts first', async () => {
  const endpoints = await history.stats.endpoints(scope, { ...day, limit: 10 });
  expect(endpoints.map(({ endpointId, attempts }) => [endpointId, attempts.total])).toEqual([
    ['endpoint-2', 3],
    ['endpoint-1', 2],
  ]);
  expect(endpoints[0]?.attempts).toMatchObject({
    delivered: 1,
    outcomes: { '2xx': 1, '5xx': 1, timeout: 1 },
  });
  expect(await history.stats.endpoints(scope, { ...day, projectId: 'project-2', limit: 10 })).toMatchObject([
    { endpointId: 'endpoint-2', attempts: { total: 1, dead: 1 } },
  ]);
});

test('the endpoints that fail most come first, by attempts that something was decided from', async () => {
  expect(await history.stats.topFailing(scope, { ...day, limit: 10 })).toEqual([
    {
      endpointId: 'endpoint-2',
      attempts: 3,
      failures: 2,
      commonestOutcome: expect.stringMatching(/^(timeout|5xx)$/),
      lastFailureAtMs: NOON_MS + 40,
    },
  ]);
});

test('lag is told of endpoints that have something open, as of the moment that the ledger speaks of', async () => {
  expect(await history.stats.lag(scope, 10)).toEqual({ asOfMs: undefined, endpoints: [] });
  const counter = openLedgerCounter(database.options);
  await counter.count({
    asOfMs: NOON_MS + 2 * HOUR_MS,
    overdueAfterMs: 300_000,
    retentionMs: 30 * 86_400_000,
    settledUntilMs: 0,
    watermarks: [],
  });
  await counter.close();
  const lag = await history.stats.lag(scope, 10);
  expect(lag.asOfMs).toBe(NOON_MS + 2 * HOUR_MS);
  expect(lag.endpoints.map(({ endpointId }) => endpointId)).toEqual(['endpoint-3', 'endpoint-1']);
  expect(lag.endpoints[0]).toEqual({
    endpointId: 'endpoint-3',
    pending: 1,
    waiting: 0,
    held: 0,
    oldestDueAtMs: NOON_MS + 10,
  });
  expect((await history.stats.lag(stranger, 10)).endpoints).toEqual([]);
});

test('another account has none of it', async () => {
  const { total, buckets } = await history.stats.read(stranger, day);
  expect(total.attempts).toMatchObject({ total: 0, outcomes: {} });
  expect(buckets).toEqual([]);
  expect(await history.stats.topFailing(stranger, { ...day, limit: 10 })).toEqual([]);
});
