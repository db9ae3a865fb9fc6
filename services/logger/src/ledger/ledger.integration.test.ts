import { randomUUID } from 'node:crypto';
import { anAttempt, anEvent } from '@herald/clickhouse/testing/sample-rows';
import type { PublicationEvent } from '@herald/contracts/generated/publication-event';
import type { RouteRecord } from '@herald/contracts/generated/route-record';
import { TOPICS } from '@herald/contracts/topics';
import { createKafka } from '@herald/kafka/connection';
import { eventually } from '@herald/testkit/eventually';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventsOf, type LoggerProcess, openWorld, type World } from '../../test-support/world.ts';

/** In a test something is overdue after 3 seconds. */
const QUICK = { HERALD_LEDGER_INTERVAL_MS: '300', HERALD_LEDGER_OVERDUE_MS: '3000' };

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world?.close());

/** Each test has an account of its own: what one leaves out is no other's finding. */
function newScope() {
  return { accountId: `account-${randomUUID()}` };
}

function ledgerOf(scope: { accountId: string }) {
  return world.history.ledger.read(scope);
}

/** Resolves when the ledger speaks of a moment after this one, and everything by then was due for long enough. */
async function ledgerJudges(scope: { accountId: string }) {
  const fromMs = Date.now() + 4_000;
  await eventually(async () => expect((await ledgerOf(scope)).report?.asOfMs ?? 0).toBeGreaterThan(fromMs), {
    timeoutMs: 60_000,
  });
  return ledgerOf(scope);
}

/** Where events ended up, from their rows. */
async function originsOf(accountId: string, count: number) {
  return eventually(async () => {
    const rows = await world.ask<{ id: string; partition: number; offset: number }>(
      `SELECT DISTINCT event_id AS id, partition, offset FROM events WHERE account_id = '${accountId}' ORDER BY ALL`,
    );
    expect(rows).toHaveLength(count);
    return rows;
  });
}

type Origin = Awaited<ReturnType<typeof originsOf>>[number];

/** What a route lane would write; each event goes to one endpoint. */
function routeOf(accountId: string, { id, partition, offset }: Origin): RouteRecord {
  return {
    event_id: id,
    account_id: accountId,
    project_id: 'project-1',
    channel_id: 'channel-1',
    publication_id: 'publication-1',
    event_type: 'publication.published',
    occurred_at: Date.now(),
    origin_topic: TOPICS.events,
    origin_partition: partition,
    origin_offset: offset,
    config_revision: 3,
    routed_at: Date.now(),
    deliveries: [{ endpoint_id: `endpoint-${offset % 2}`, delivery_id: randomUUID() }],
  };
}

/** What a delivery lane would write of it. */
function deliveredOf(route: RouteRecord) {
  return anAttempt({
    account_id: route.account_id,
    endpoint_id: route.deliveries[0]!.endpoint_id,
    delivery_id: route.deliveries[0]!.delivery_id,
    event_id: route.event_id,
    started_at: Date.now(),
    origin_partition: route.origin_partition,
    origin_offset: route.origin_offset,
  });
}

async function metric(logger: LoggerProcess, line: string): Promise<number | undefined> {
  const text = await (await fetch(`${logger.adminUrl}/metrics`)).text();
  const found = text.split('\n').find((one) => one.startsWith(line));
  return found === undefined ? undefined : Number(found.slice(found.lastIndexOf(' ')));
}

const CLEAR = { unrouted: 0, unrecorded: 0, gaps: [], overdue: { pending: 0, waiting: 0, held: 0 } };

test('a route record, a delivery and an event that are left out are each named, and nothing else is', async () => {
  const scope = newScope();
  const logger = await world.startLogger(QUICK);
  await world.produceEvents(eventsOf(scope.accountId, 60));
  const origins = await originsOf(scope.accountId, 60);
  const routes = origins.map((origin) => routeOf(scope.accountId, origin));
  const unrouted = origins[10]!;
  const lost = routes[20]!;
  // An offset that no event will ever have in this test: its event was logged by nobody.
  const unrecorded = routeOf(scope.accountId, { id: randomUUID(), partition: 11, offset: 5_000_000 });
  await world.produceRoutes([...routes.filter((_, index) => index !== 10), unrecorded]);
  const attempted = routes.filter((route, index) => index !== 10 && route !== lost);
  await world.produceAttempts([...attempted, unrecorded].map(deliveredOf));

  await eventually(
    async () =>
      expect((await ledgerOf(scope)).findings).toMatchObject({
        unrouted: 1,
        unrecorded: 1,
        overdue: { pending: 1, waiting: 0, held: 0 },
      }),
    { timeoutMs: 60_000 },
  );
  const { figures, findings } = await ledgerOf(scope);
  expect(figures).toMatchObject({ accepted: 60, routed: 60, deliveries: 60, pending: 1, delivered: 59 });
  expect(
    findings.gaps.map(({ kind, partition, firstOffset, lastOffset }) => ({
      kind,
      partition,
      firstOffset,
      lastOffset,
    })),
  ).toEqual(
    expect.arrayContaining([
      {
        kind: 'unrouted',
        partition: unrouted.partition,
        firstOffset: unrouted.offset,
        lastOffset: unrouted.offset,
      },
      { kind: 'unrecorded', partition: 11, firstOffset: 5_000_000, lastOffset: 5_000_000 },
    ]),
  );
  expect(findings.overdueDeliveries).toMatchObject([
    {
      deliveryId: lost.deliveries[0]!.delivery_id,
      endpointId: lost.deliveries[0]!.endpoint_id,
      dueAtMs: lost.routed_at,
    },
  ]);
  await eventually(async () => {
    expect(await metric(logger, 'herald_ledger_gap_offsets{kind="unrouted"')).toBe(1);
    expect(await metric(logger, 'herald_ledger_gap_offsets{kind="unrecorded"')).toBe(1);
    expect(await metric(logger, 'herald_ledger_overdue_deliveries{state="pending"')).toBe(1);
    expect(await metric(logger, 'herald_ledger_oldest_overdue_seconds')).toBeGreaterThan(3);
  });
  expect(logger.log.join('\n')).toContain(lost.deliveries[0]!.delivery_id);

  await world.produceRoutes([routes[10]!]);
  await world.produceAttempts([deliveredOf(lost), deliveredOf(routes[10]!)]);
  await eventually(
    async () =>
      expect((await ledgerOf(scope)).findings).toMatchObject({ unrouted: 0, overdue: { pending: 0 } }),
    { timeoutMs: 30_000 },
  );
  await logger.stop();
}, 180_000);

test('a logger that lags, stops, is killed and logs again what it had logged leaves the ledger without a finding', async () => {
  const scope = newScope();
  const complete: Array<Pick<Awaited<ReturnType<typeof ledgerOf>>, 'figures' | 'findings'>> = [];
  const first = await world.startLogger(QUICK);
  await world.produceEvents(eventsOf(scope.accountId, 200));
  const origins = await originsOf(scope.accountId, 200);
  const routes = origins.map((origin) => routeOf(scope.accountId, origin));
  await world.produceRoutes(routes.slice(0, 100));
  await first.kill9();

  // Nobody logs, for longer than something may be due; the rest goes on meanwhile.
  await world.produceRoutes(routes);
  await world.produceAttempts(routes.map(deliveredOf));
  const doneMs = Date.now();
  await eventually(() => expect(Date.now() - doneMs).toBeGreaterThan(4_000));
  await world.endSessions();
  const next = await world.startLogger(QUICK);
  await eventually(
    async () => {
      const { report, figures, findings } = await ledgerOf(scope);
      // The moment that the ledger speaks of comes after all this only when all this is on record.
      expect(report?.asOfMs ?? 0).toBeGreaterThan(doneMs);
      complete.push({ figures, findings });
      expect(complete.length).toBeGreaterThan(10);
    },
    { timeoutMs: 60_000, everyMs: 50 },
  );
  for (const { figures, findings } of complete) {
    expect(figures).toMatchObject({
      accepted: 200,
      routed: 200,
      matched: 200,
      deliveries: 200,
      delivered: 200,
    });
    expect(findings).toMatchObject(CLEAR);
  }
  await next.stop();

  const again = await world.startLogger(QUICK);
  expect((await ledgerJudges(scope)).findings).toMatchObject(CLEAR);
  await again.stop();
}, 180_000);

test('offsets that are no records, of a transaction of somebody else, are no gap', async () => {
  const scope = newScope();
  const logger = await world.startLogger(QUICK);
  const foreign = createKafka({
    brokers: world.stack.brokers,
    clientId: 'foreign',
    logger: { log: () => {} },
  }).producer({ transactionalId: randomUUID(), maxInFlightRequests: 1, idempotent: true });
  await foreign.connect();
  const produced: PublicationEvent[] = [];
  for (let round = 0; round < 3; round++) {
    const events = [1, 2].map(() => anEvent({ account_id: scope.accountId, publication_id: 'same' }));
    produced.push(...events);
    const transaction = await foreign.transaction();
    await transaction.send({
      topic: TOPICS.events,
      messages: events.map((event) => ({ key: 'same', value: world.encodeEvent(event) })),
    });
    await transaction.commit();
  }
  await foreign.disconnect();
  const origins = await originsOf(scope.accountId, 6);
  const offsets = origins.map(({ offset }) => offset);
  expect(Math.max(...offsets) - Math.min(...offsets)).toBeGreaterThan(6);
  const routes = origins.map((origin) => routeOf(scope.accountId, origin));
  await world.produceRoutes(routes);
  await world.produceAttempts(routes.map(deliveredOf));
  const { figures, findings } = await ledgerJudges(scope);
  expect(figures).toMatchObject({ accepted: 6, routed: 6, delivered: 6 });
  expect(findings).toMatchObject(CLEAR);
  await logger.stop();
}, 120_000);

test('of two loggers one keeps the ledger, and when it is killed the other one does', async () => {
  const loggers = await Promise.all([world.startLogger(QUICK), world.startLogger(QUICK)]);
  const keepers = async (among: readonly LoggerProcess[]) => {
    const counted = await Promise.all(
      among.map(async (logger) => ({
        logger,
        atS: await metric(logger, 'herald_ledger_counted_timestamp_seconds'),
      })),
    );
    return counted.filter(({ atS }) => atS !== undefined).map(({ logger }) => logger);
  };
  const [keeper] = await eventually(async () => {
    const found = await keepers(loggers);
    expect(found).toHaveLength(1);
    return found;
  });
  const other = loggers.find((logger) => logger !== keeper)!;
  await keeper!.kill9();
  await eventually(async () => expect(await keepers([other])).toEqual([other]), { timeoutMs: 60_000 });
  await other.stop();
}, 120_000);
