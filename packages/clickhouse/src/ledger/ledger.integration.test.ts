import { randomUUID } from 'node:crypto';
import type { RouteRecord } from '@herald/contracts/generated/route-record';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, beforeEach, expect, inject, test } from 'vitest';
import type { HistoryStore } from '../history.ts';
import { openHistoryStore } from '../history-store.ts';
import { ATTEMPTS } from '../tables/attempts.ts';
import { EVENTS, type EventRow } from '../tables/events.ts';
import { POISON } from '../tables/poison.ts';
import { ROUTES } from '../tables/routes.ts';
import { createHistoryDatabase, type HistoryDatabase } from '../testing/history-database.ts';
import { anAttempt, anEventRow, aRoute, NOON_MS } from '../testing/sample-rows.ts';
import { type LedgerCounter, type LogState, openLedgerCounter } from './ledger-counter.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

let database: HistoryDatabase;
let history: HistoryStore;
let counter: LedgerCounter;
let scope: { accountId: string };
/** Offsets that no other test has. */
let base = 0;

beforeAll(async () => {
  database = await createHistoryDatabase(inject('stack').clickhouseUrl);
  history = openHistoryStore(database.options);
});
beforeEach(async () => {
  // Of what moment a ledger speaks never goes back: each test begins one of its own.
  await database.run('TRUNCATE TABLE ledger_reports');
  counter = openLedgerCounter(database.options);
  scope = { accountId: `account-${randomUUID()}` };
  base += 10_000;
});
afterEach(() => counter.close());
afterAll(async () => {
  await history.close();
  await database.drop();
});

/** Everything up to this moment is on record, and what is due for 5 minutes is overdue. */
function stateAt(asOfMs: number | undefined): LogState {
  const overdueAfterMs = 5 * MINUTE_MS;
  return { asOfMs, overdueAfterMs, retentionMs: 30 * DAY_MS, settledUntilMs: 0, watermarks: [] };
}

function event(offset: number): EventRow {
  return anEventRow(base + offset, { account_id: scope.accountId });
}

function route(offset: number, deliveries: RouteRecord['deliveries'] = []): RouteRecord {
  return aRoute(base + offset, { account_id: scope.accountId, deliveries });
}

function attempt(offset: number, said: Parameters<typeof anAttempt>[0]) {
  return anAttempt({
    account_id: scope.accountId,
    origin_partition: 0,
    origin_offset: base + offset,
    ...said,
  });
}

async function counted(asOfMs = NOON_MS + 6 * MINUTE_MS) {
  await counter.count(stateAt(asOfMs));
  return history.ledger.read(scope);
}

const NOTHING = { pending: 0, waiting: 0, held: 0 };

test('an event without a route record is named, and no neighbour with it; its range ends where it does', async () => {
  const offsets = Array.from({ length: 12 }, (_, offset) => offset);
  await database.insert(EVENTS, offsets.map(event));
  await database.insert(
    ROUTES,
    [0, 1, 2, 5, 6, 7, 8, 9, 11].map((offset) => route(offset)),
  );
  const { figures, findings } = await counted();
  expect(figures).toMatchObject({ accepted: 12, routed: 9, unmatched: 9, unrouted: 3 });
  expect(findings).toMatchObject({
    unrouted: 3,
    unrecorded: 0,
    gaps: [
      { kind: 'unrouted', partition: 0, firstOffset: base + 3, lastOffset: base + 4, sinceMs: NOON_MS + 5 },
      { kind: 'unrouted', partition: 0, firstOffset: base + 10, lastOffset: base + 10 },
    ],
  });
});

test('what may still be under way, and what the logger may still have to log, is no gap', async () => {
  await database.insert(EVENTS, [event(0)]);
  const id = randomUUID();
  await database.insert(ROUTES, [route(1, [{ endpoint_id: 'endpoint-1', delivery_id: id }])]);
  const early = await counted(NOON_MS + 4 * MINUTE_MS);
  expect(early.figures).toMatchObject({ unrouted: 1, unrecorded: 1, pending: 1 });
  expect(early.findings).toMatchObject({ unrouted: 0, unrecorded: 0, gaps: [], overdue: NOTHING });
});

test('a route record whose event is not on record is named: the log lane has lost it', async () => {
  await database.insert(ROUTES, [route(3)]);
  const { findings } = await counted();
  expect(findings).toMatchObject({
    unrecorded: 1,
    gaps: [{ kind: 'unrecorded', firstOffset: base + 3, lastOffset: base + 3 }],
  });
});

test('poison accounts for its offset, whichever row comes first, also where the event can be read', async () => {
  const poison = (offset: number) => ({
    source: { topic: 'publication.events', partition: 0, offset: base + offset },
    recordedAtMs: NOON_MS,
    reason: 'unknown_event_type',
    detail: '',
    value: Buffer.from('x'),
  });
  await database.insert(POISON, [poison(0)]);
  await counted();
  await database.insert(EVENTS, [event(0), event(1)]);
  await database.insert(POISON, [poison(1)]);
  const { figures, findings } = await counted();
  expect(figures).toMatchObject({ accepted: 2, poison: 2, unrouted: 0 });
  expect(findings).toMatchObject({ unrouted: 0, unrecorded: 0 });
});

test('a delivery that nothing has happened to since it was due is named with its endpoint and its due time', async () => {
  const [lost, retrying, forgotten, released, held, done] = Array.from({ length: 6 }, () => randomUUID());
  const all = [lost!, retrying!, forgotten!, released!, held!, done!];
  await database.insert(EVENTS, [event(0)]);
  await database.insert(ROUTES, [
    route(
      0,
      all.map((delivery_id, index) => ({ endpoint_id: `endpoint-${index}`, delivery_id })),
    ),
  ]);
  const step = (index: number, said: Parameters<typeof anAttempt>[0]) =>
    attempt(0, { delivery_id: all[index]!, endpoint_id: `endpoint-${index}`, ...said });
  await database.insert(ATTEMPTS, [
    step(1, { verdict: 'RETRY', retry_tier: '10m', next_attempt_at: NOON_MS + 10 * MINUTE_MS }),
    step(2, { verdict: 'RETRY', retry_tier: '30s', next_attempt_at: NOON_MS + MINUTE_MS / 2 }),
    step(3, { disposition: 'HELD', verdict: 'HOLD' }),
    step(3, { disposition: 'RELEASED', verdict: 'NONE', step: 1, started_at: NOON_MS + 2_000 }),
    step(4, { disposition: 'HELD', verdict: 'HOLD' }),
    step(5, {}),
  ]);
  const { figures, findings } = await counted();
  expect(figures).toMatchObject({ matched: 6, deliveries: 6, pending: 1, waiting: 3, held: 1, delivered: 1 });
  expect(findings).toMatchObject({
    unrouted: 0,
    overdue: { pending: 1, waiting: 2, held: 0 },
    oldestDueAtMs: NOON_MS + 10,
    overdueDeliveries: [
      { deliveryId: lost, endpointId: 'endpoint-0', state: 'pending', dueAtMs: NOON_MS + 10 },
      { deliveryId: released, endpointId: 'endpoint-3', state: 'waiting', dueAtMs: NOON_MS + 2_000 },
      { deliveryId: forgotten, endpointId: 'endpoint-2', state: 'waiting', dueAtMs: NOON_MS + 30_000 },
    ],
  });
  expect(findings.overdueDeliveries[0]?.origin).toEqual({
    topic: 'publication.events',
    partition: 0,
    offset: base,
  });

  await database.insert(ATTEMPTS, [step(0, {}), step(2, { step: 1 }), step(3, { step: 2 })]);
  const settled = await counted();
  expect(settled.findings).toMatchObject({ overdue: NOTHING, overdueDeliveries: [] });

  // What is held longer than its topic keeps it is not held any more.
  const afterRetention = await counted(NOON_MS + 14 * DAY_MS + 10 * MINUTE_MS);
  expect(afterRetention.findings.overdue).toEqual({ pending: 0, waiting: 1, held: 1 });
});

test('what waits in webhook.held, held or at its head for a retry, is due before the topic forgets it', async () => {
  const [held, head] = [randomUUID(), randomUUID()];
  await database.insert(EVENTS, [event(0)]);
  await database.insert(ATTEMPTS, [
    attempt(0, { delivery_id: held, disposition: 'HELD', verdict: 'HOLD' }),
    attempt(0, { delivery_id: head, verdict: 'RETRY', retry_tier: null, next_attempt_at: NOON_MS + 5_000 }),
  ]);
  await database.insert(ROUTES, [route(0)]);
  expect((await counted(NOON_MS + 14 * DAY_MS)).findings).toMatchObject({ overdue: NOTHING });
  const late = await counted(NOON_MS + 14 * DAY_MS + 6 * MINUTE_MS);
  expect(late.findings.overdue).toEqual({ pending: 0, waiting: 1, held: 1 });
});

test('the endpoints with the most overdue deliveries come first, and a page of endpoints follows another', async () => {
  const deliveries = [3, 1, 2].flatMap((count, endpoint) =>
    Array.from({ length: count }, () => ({ endpoint_id: `endpoint-${endpoint}`, delivery_id: randomUUID() })),
  );
  await database.insert(EVENTS, [event(0)]);
  await database.insert(ROUTES, [route(0, deliveries)]);
  await database.insert(ATTEMPTS, [
    attempt(0, { endpoint_id: 'endpoint-1', delivery_id: deliveries[3]!.delivery_id }),
  ]);
  const { findings } = await counted();
  expect(findings.overdueEndpoints.map(({ endpointId, overdue }) => [endpointId, overdue])).toEqual([
    ['endpoint-0', 3],
    ['endpoint-2', 2],
  ]);
  const first = await history.ledger.endpoints(scope, { limit: 2 });
  if (first.kind !== 'page') throw new Error(first.reason);
  expect(first.items).toMatchObject([
    { endpointId: 'endpoint-0', deliveries: 3, pending: 3, delivered: 0, nextDueAtMs: NOON_MS + 10 },
    { endpointId: 'endpoint-1', deliveries: 1, pending: 0, delivered: 1, nextDueAtMs: null },
  ]);
  const second = await history.ledger.endpoints(scope, { limit: 2, cursor: first.nextCursor });
  expect(second).toMatchObject({ items: [{ endpointId: 'endpoint-2', pending: 2 }] });
  expect(second.kind === 'page' && second.nextCursor).toBeUndefined();
  expect(await history.ledger.endpoints({ accountId: 'stranger' }, { limit: 2 })).toMatchObject({
    items: [],
  });
});

test('an endpoint lags from the moment that something is due, long before that is overdue', async () => {
  const endpoint_id = `endpoint-${randomUUID()}`;
  await database.insert(EVENTS, [event(0)]);
  await database.insert(ATTEMPTS, [
    attempt(0, { endpoint_id, verdict: 'RETRY', retry_tier: '5s', next_attempt_at: NOON_MS + 5_000 }),
  ]);
  const laggingAt = async (asOfMs: number) => {
    expect((await counted(asOfMs)).findings).toMatchObject({ overdue: NOTHING, lagging: [] });
    const { findings } = await history.ledger.read('all');
    return findings.lagging.filter((lagging) => lagging.endpointId === endpoint_id);
  };
  expect(await laggingAt(NOON_MS + 5_000)).toEqual([]);
  expect(await laggingAt(NOON_MS + 6_000)).toEqual([
    { endpointId: endpoint_id, accountId: scope.accountId, overdue: 1, oldestDueAtMs: NOON_MS + 5_000 },
  ]);
});

test('what is too old to be judged has expired in part, and is no gap', async () => {
  await database.insert(EVENTS, [event(0)]);
  await database.insert(ROUTES, [route(1, [{ endpoint_id: 'endpoint-1', delivery_id: randomUUID() }])]);
  expect((await counted(NOON_MS + 29 * DAY_MS)).findings).toMatchObject({ unrouted: 1, unrecorded: 1 });
  expect((await counted(NOON_MS + 30 * DAY_MS + MINUTE_MS)).findings).toMatchObject({
    unrouted: 0,
    unrecorded: 0,
    overdue: NOTHING,
  });
});

test('what somebody has seen to is not named any more, and what comes after it is', async () => {
  await database.insert(EVENTS, [event(0)]);
  await database.insert(ROUTES, [
    route(5, [{ endpoint_id: 'endpoint-1', delivery_id: randomUUID() }]),
    {
      ...route(6, [{ endpoint_id: 'endpoint-1', delivery_id: randomUUID() }]),
      routed_at: NOON_MS + MINUTE_MS,
    },
  ]);
  const asOfMs = NOON_MS + 10 * MINUTE_MS;
  await counter.count({ ...stateAt(asOfMs), settledUntilMs: NOON_MS + 30_000 });
  expect((await history.ledger.read(scope)).findings).toMatchObject({
    unrouted: 0,
    unrecorded: 1,
    overdue: { pending: 1, waiting: 0, held: 0 },
  });
});

test('only what changed is counted again', async () => {
  await database.insert(
    EVENTS,
    Array.from({ length: 3_000 }, (_, offset) => event(offset)),
  );
  await counted();
  expect(await counter.count(stateAt(undefined))).toEqual({ stretches: 0, isRecount: false });
  await database.insert(ROUTES, [route(0)]);
  const { stretches, isRecount } = await counter.count(stateAt(undefined));
  expect(isRecount).toBe(false);
  // Those of the same 10 seconds come along.
  expect(stretches).toBeLessThan(50);
  expect((await history.ledger.read(scope)).figures).toMatchObject({ accepted: 3_000, routed: 1 });
});

test('a keeper that takes over, or comes back, goes on where the last one was, and the moment never goes back', async () => {
  await database.insert(EVENTS, [event(0)]);
  const at = NOON_MS + 40 * DAY_MS;
  await counted(at);
  await database.insert(ROUTES, [route(0)]);
  const next = openLedgerCounter(database.options);
  expect(await next.count(stateAt(undefined))).toMatchObject({ isRecount: false });
  const figures = { accepted: 1, routed: 1, unrouted: 0 };
  expect(await history.ledger.read(scope)).toMatchObject({ report: { asOfMs: at }, figures });
  await next.count(stateAt(at + 1));
  await counter.count(stateAt(undefined));
  expect(await history.ledger.asOf()).toBe(at + 1);
  await next.close();
});

test('two keepers at once count what one would', async () => {
  const other = openLedgerCounter(database.options);
  for (let offset = 0; offset < 40; offset += 10) {
    const offsets = Array.from({ length: 10 }, (_, index) => offset + index);
    await Promise.all([
      database.insert(EVENTS, offsets.map(event)),
      database.insert(
        ROUTES,
        offsets.map((one) => route(one)),
      ),
      counter.count(stateAt(undefined)),
      other.count(stateAt(undefined)),
    ]);
  }
  await other.count(stateAt(undefined));
  expect((await counted()).figures).toMatchObject({ accepted: 40, routed: 40, unmatched: 40, unrouted: 0 });
  await other.close();
});

const outcome = fc.constantFrom(
  { disposition: 'ATTEMPTED', verdict: 'RETRY' } as const,
  { disposition: 'ATTEMPTED', verdict: 'DELIVERED' } as const,
  { disposition: 'DEAD', verdict: 'DEAD' } as const,
  { disposition: 'HELD', verdict: 'HOLD' } as const,
  { disposition: 'RELEASED', verdict: 'NONE' } as const,
  { disposition: 'FENCED', verdict: 'NONE' } as const,
  { disposition: 'CANCELLED', verdict: 'NONE' } as const,
);
const step = fc.record({ offset: fc.nat(3), endpoint: fc.nat(2), step: fc.nat(3), outcome });

test('counted as it comes, in any order and more than once, it is what a recount of the history finds', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.uniqueArray(fc.nat(3)),
      fc.uniqueArray(fc.nat(3)),
      fc.array(step, { maxLength: 8 }),
      fc.array(fc.nat(4), { minLength: 6, maxLength: 6 }),
      async (events, routes, steps, order) => {
        scope = { accountId: `account-${randomUUID()}` };
        base += 10;
        const ids = Array.from({ length: 12 }, () => randomUUID());
        const rows = {
          events: events.map(event),
          routes: routes.map((offset) =>
            route(
              offset,
              [0, 1, 2].map((endpoint) => ({
                endpoint_id: `endpoint-${endpoint}`,
                delivery_id: ids[offset * 3 + endpoint]!,
              })),
            ),
          ),
          attempts: steps.map(({ offset, endpoint, step, outcome }) =>
            attempt(offset, {
              endpoint_id: `endpoint-${endpoint}`,
              delivery_id: ids[offset * 3 + endpoint]!,
              step,
              ...outcome,
            }),
          ),
        };
        for (const action of order) {
          if (action === 0) await database.insert(EVENTS, rows.events);
          if (action === 1) await database.insert(ROUTES, rows.routes);
          if (action === 2) await database.insert(ATTEMPTS, rows.attempts);
          if (action === 3) await counter.count(stateAt(undefined));
          if (action === 4) await database.insert(ATTEMPTS, [...rows.attempts].reverse());
        }
        await counter.count(stateAt(undefined));
        const { figures } = await history.ledger.read(scope);
        expect(figures).toEqual(await history.ledger.recount(scope));
      },
    ),
    { numRuns: 15, endOnFailure: true },
  );
  await counter.count(stateAt(undefined));
  const { figures } = await history.ledger.read('all');
  expect(figures).toEqual(await history.ledger.recount('all'));
});

test('what is held for an endpoint is counted, with since when and what has left since it is released', async () => {
  const ids = Array.from({ length: 4 }, () => randomUUID()) as [string, string, string, string];
  const at = (minutes: number) => NOON_MS + minutes * MINUTE_MS;
  const held = (n: number, minutes: number) =>
    attempt(n, {
      delivery_id: ids[n]!,
      disposition: 'HELD',
      verdict: 'HOLD',
      reason: 'paused',
      started_at: at(minutes),
    });
  await database.insert(ATTEMPTS, [
    held(0, 1),
    held(1, 2),
    held(2, 3),
    { ...held(3, 0), endpoint_id: 'another' },
    attempt(0, { delivery_id: ids[0], step: 1, started_at: at(5) }),
  ]);
  await counted();
  const query = { endpointId: 'endpoint-1', releasedSinceMs: undefined };
  expect(await history.ledger.held(scope, query)).toEqual({
    asOfMs: NOON_MS + 6 * MINUTE_MS,
    deliveries: 2,
    oldestHeldAtMs: at(2),
    released: 0,
  });
  const later = await history.ledger.held(scope, { ...query, releasedSinceMs: at(4) });
  expect(later).toMatchObject({ released: 1 });
  const none = await history.ledger.held(scope, { ...query, endpointId: 'none' });
  expect(none).toMatchObject({ deliveries: 0, oldestHeldAtMs: null });
});
