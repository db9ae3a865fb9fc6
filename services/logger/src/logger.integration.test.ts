import { randomUUID } from 'node:crypto';
import { anAttempt, anEvent, NOON_MS } from '@herald/clickhouse/testing/sample-rows';
import type { RouteRecord } from '@herald/contracts/generated/route-record';
import { POISON_HEADERS } from '@herald/contracts/headers';
import { TOPICS } from '@herald/contracts/topics';
import { eventually } from '@herald/testkit/eventually';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { abortEvents } from '../test-support/aborted-events.ts';
import { contentsOf, eraseAccount, produceHistory, rebuildInto } from '../test-support/rebuilding.ts';
import { attemptsOf, eventsOf, openWorld, type World } from '../test-support/world.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world?.close());

function newAccount(): string {
  return `account-${randomUUID()}`;
}

/** How many attempts of an account are on record, however often. */
async function attemptsOnRecord(accountId: string): Promise<number> {
  const [row] = await world.ask<{ attempts: number }>(
    `SELECT uniqExact(attempt_id) AS attempts FROM attempts WHERE account_id = '${accountId}'`,
  );
  return row!.attempts;
}

function metricOf(text: string, name: string): number {
  return text
    .split('\n')
    .filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `))
    .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' '))), 0);
}

async function metrics(adminUrl: string): Promise<string> {
  return (await fetch(`${adminUrl}/metrics`)).text();
}

test('each record of each topic is on record once, and every offset of the events is accounted for', async () => {
  const logger = await world.startLogger();
  const accountId = newAccount();
  const events = eventsOf(accountId, 300);
  await world.produceEvents(events);
  const bad = { topic: TOPICS.events, partition: 4, key: 'bad', value: Buffer.from([7, 7, 7]) };
  const { partition, offset } = await world.producer.sendOne(bad);
  const origin = `${TOPICS.events}:${partition}:${offset}`;
  await world.producer.send([
    {
      topic: TOPICS.eventsPoison,
      key: null,
      value: bad.value,
      headers: {
        [POISON_HEADERS.reason]: 'too_short',
        [POISON_HEADERS.detail]: '3 bytes',
        [POISON_HEADERS.origin]: origin,
      },
    },
  ]);
  await eventually(async () => expect(await world.ledger()).toMatchObject({ accepted: 301, poison: 1 }));

  const onRecord = await world.ask<{ id: string; partition: number; offset: number }>(
    'SELECT event_id AS id, partition, offset FROM events',
  );
  const routes = onRecord
    .filter(({ id }) => id !== '')
    .map(
      ({ id, partition: origin_partition, offset: origin_offset }, index): RouteRecord => ({
        event_id: id,
        account_id: accountId,
        project_id: 'project-1',
        channel_id: 'channel-1',
        publication_id: 'publication-1',
        event_type: 'publication.published',
        occurred_at: NOON_MS,
        origin_topic: TOPICS.events,
        origin_partition,
        origin_offset,
        config_revision: 3,
        routed_at: NOON_MS,
        deliveries: index % 3 === 0 ? [] : [{ endpoint_id: 'endpoint-1', delivery_id: randomUUID() }],
      }),
    );
  await world.produceRoutes(routes);
  const attempt = anAttempt({ account_id: accountId, delivery_id: routes[1]!.deliveries[0]!.delivery_id });
  await world.produceAttempts([attempt]);
  await eventually(async () =>
    expect(await world.ledger()).toMatchObject({
      accepted: 301,
      routed: 300,
      unmatched: 100,
      poison: 1,
      unrouted: 0,
      deliveries: 200,
      pending: 199,
      delivered: 1,
    }),
  );
  const listing = await world.history.poison.list({ limit: 10 });
  expect(listing).toMatchObject({
    items: [
      {
        source: { topic: TOPICS.events, partition, offset },
        reason: 'too_short',
        detail: '3 bytes',
        value: bad.value,
      },
    ],
  });
  const [row] = await world.ask(`SELECT account_id, undecodable FROM events WHERE event_id = ''`);
  expect(row).toEqual({ account_id: '', undecodable: 'too_short' });
  await logger.stop();
});

test('a stop puts everything received on record, and the next logger inserts nothing of it again', async () => {
  const accountId = newAccount();
  const logger = await world.startLogger({ HERALD_LOGGER_FLUSH_MS: '10000' });
  await world.produceAttempts(attemptsOf(accountId, 500));
  await eventually(async () =>
    expect(metricOf(await metrics(logger.adminUrl), 'herald_logger_inserts_pending_rows')).toBe(500),
  );
  expect(await logger.stop()).toEqual({ code: 0, signal: null });
  expect(await attemptsOnRecord(accountId)).toBe(500);

  const next = await world.startLogger();
  const later = attemptsOf(accountId, 1);
  await world.produceAttempts(later);
  await eventually(async () => expect(await attemptsOnRecord(accountId)).toBe(501));
  // A row can be read before its insert is acknowledged.
  await eventually(async () =>
    expect(metricOf(await metrics(next.adminUrl), 'herald_logger_rows_inserted_total')).toBeGreaterThan(0),
  );
  expect(metricOf(await metrics(next.adminUrl), 'herald_logger_rows_inserted_total')).toBe(1);
  await next.stop();
});

test('ClickHouse is killed for some seconds: the logger says so, waits, and every row is there afterwards', async () => {
  const accountId = newAccount();
  const logger = await world.startLogger();
  await world.produceAttempts(attemptsOf(accountId, 1_000));
  await eventually(async () => expect(await attemptsOnRecord(accountId)).toBe(1_000));

  await world.stack.clickhouse.kill9();
  for (let batch = 0; batch < 10; batch++) await world.produceAttempts(attemptsOf(accountId, 500));
  await world.produceEvents(eventsOf(accountId, 500));
  await eventually(async () => {
    const readiness = await fetch(`${logger.adminUrl}/readyz`);
    expect(readiness.status).toBe(503);
    expect(await readiness.text()).toContain('inserts into attempts');
  });
  expect((await fetch(`${logger.adminUrl}/livez`)).status).toBe(200);
  await eventually(async () =>
    expect(metricOf(await metrics(logger.adminUrl), 'herald_logger_insert_failures_total')).toBeGreaterThan(
      4,
    ),
  );

  await world.stack.clickhouse.start();
  await eventually(async () => expect(await attemptsOnRecord(accountId)).toBe(6_000));
  await eventually(async () =>
    expect(await world.history.ledger.recount({ accountId })).toMatchObject({
      accepted: 500,
      deliveries: 6_000,
    }),
  );
  await eventually(async () => expect((await fetch(`${logger.adminUrl}/readyz`)).status).toBe(200));
  await logger.stop();
});

test('a logger that starts before ClickHouse waits for it', async () => {
  const accountId = newAccount();
  await world.stack.clickhouse.kill9();
  const logger = world.launchLogger();
  await world.produceAttempts(attemptsOf(accountId, 10));
  await eventually(() => expect(logger.log.join('\n')).toContain('cannot be migrated yet'));
  await world.stack.clickhouse.start();
  expect(await logger.ready).toMatchObject({ type: 'ready' });
  await eventually(async () => expect(await attemptsOnRecord(accountId)).toBe(10));
  await logger.stop();
});

test('a row that ClickHouse refuses for ever is kept in poison with its record, and holds nothing up', async () => {
  const accountId = newAccount();
  await world.ask("ALTER TABLE attempts ADD CONSTRAINT no_ghosts CHECK endpoint_id != 'ghost'");
  const logger = await world.startLogger();
  const ghosts = [1, 2, 3].map(() => anAttempt({ account_id: accountId, endpoint_id: 'ghost' }));
  const unwritable = anAttempt({ account_id: accountId, attempt_id: 'not a UUID' });
  const others = attemptsOf(accountId, 400);
  await world.produceAttempts([...others.slice(0, 200), ...ghosts, unwritable, ...others.slice(200)]);
  await world.producer.send([{ topic: TOPICS.routes, key: 'x', value: Buffer.from('not Avro') }]);
  await eventually(async () => expect(await attemptsOnRecord(accountId)).toBe(400));
  await eventually(async () => {
    const kept = await world.ask<{ topic: string; reason: string; records: number }>(`
      SELECT source_topic AS topic, reason, uniqExact(source_partition, source_offset) AS records
      FROM poison WHERE source_topic != '${TOPICS.events}' GROUP BY ALL ORDER BY topic, reason`);
    expect(kept).toEqual([
      { topic: TOPICS.attempts, reason: 'refused', records: 3 },
      { topic: TOPICS.attempts, reason: 'unwritable', records: 1 },
      { topic: TOPICS.routes, reason: 'foreign_format', records: 1 },
    ]);
  });
  const [sizes] = await world.ask(
    `SELECT min(length(value)) > 100 AS whole FROM poison WHERE reason = 'refused'`,
  );
  expect(sizes).toEqual({ whole: 1 });
  expect(metricOf(await metrics(logger.adminUrl), 'herald_logger_faulty_records_total')).toBe(5);
  await eventually(async () =>
    expect(metricOf(await metrics(logger.adminUrl), 'herald_logger_consumer_lag_records')).toBe(0),
  );
  await logger.stop();
  await world.ask('ALTER TABLE attempts DROP CONSTRAINT no_ghosts');
});

test('two loggers share the topics, and one that is killed leaves nothing out', async () => {
  const accountId = newAccount();
  const [first, second] = await Promise.all([world.startLogger(), world.startLogger()]);
  const events = Array.from({ length: 2_000 }, () =>
    anEvent({ account_id: accountId, publication_id: randomUUID() }),
  );
  await world.produceEvents(events.slice(0, 1_000));
  await first.kill9();
  await world.endSessions();
  await world.produceEvents(events.slice(1_000));
  await eventually(
    async () => expect(await world.history.ledger.recount({ accountId })).toMatchObject({ accepted: 2_000 }),
    { timeoutMs: 90_000 },
  );
  await second.stop();
}, 120_000);

test('history that is made anew from Kafka is what it was, though it was stopped half-way; erased it stays erased', async () => {
  const [kept, gone] = [newAccount(), newAccount()];
  const main = world.stack.clickhouseDatabase;
  const logger = await world.startLogger({ HERALD_LEDGER_INTERVAL_MS: '500' });
  await produceHistory(world, [kept, gone], 150);
  await eventually(async () =>
    expect(await world.history.ledger.recount({ accountId: gone })).toMatchObject({
      routed: 150,
      delivered: 100,
      dead: 100,
    }),
  );
  const [keptWas, goneWas] = [await contentsOf(world, main, kept), await contentsOf(world, main, gone)];
  expect(keptWas).toMatchObject({
    events: { rows: 150 },
    attempts: { rows: 400 },
    delivery_moments: { rows: 600 },
    audit: { rows: 1 },
  });

  await abortEvents(world, [kept, gone]);
  const stopped = await rebuildInto(world, 'rebuilt', 500);
  expect(stopped.isComplete).toBe(false);
  const rest = await rebuildInto(world, 'rebuilt');
  expect(rest).toMatchObject({ isComplete: true, total: stopped.total - stopped.done });
  expect(stopped.done).toBeGreaterThan(0);
  expect(await contentsOf(world, 'rebuilt', kept)).toEqual(keptWas);
  expect(await contentsOf(world, 'rebuilt', gone)).toEqual(goneWas);

  await eraseAccount(world, gone);
  // A delivery of an erased event goes on, and is recorded: for the ledger alone.
  const [open] = await world.ask<{ delivery_id: string; origin_partition: number; origin_offset: number }>(
    `SELECT delivery_id, origin_partition, origin_offset FROM ledger_entries FINAL
      WHERE account_id = '${gone}' AND endpoint_id = 'endpoint-2' LIMIT 1`,
  );
  const later = anAttempt({ ...open, account_id: gone, endpoint_id: 'endpoint-2', step: 2 });
  await world.produceAttempts([later]);
  await eventually(async () =>
    expect((await world.history.ledger.read({ accountId: gone })) as object).toMatchObject({
      figures: { accepted: 150, routed: 150, delivered: 101, dead: 99 },
    }),
  );
  await eventually(() => expect(logger.log.join('\n')).toContain('history was erased on request'));
  // Over what is there, beside the logger.
  expect(await rebuildInto(world, main)).toMatchObject({ isComplete: true });
  const { ledger_entries: entries, audit, ...history } = await contentsOf(world, main, gone);
  expect(Object.entries(history).filter(([, { rows }]) => rows > 0)).toEqual([]);
  expect(entries!.rows).toBe(goneWas.ledger_entries!.rows);
  expect(audit).toEqual(goneWas.audit);
  expect(await contentsOf(world, main, kept)).toEqual(keptWas);
  await logger.stop();
}, 180_000);
