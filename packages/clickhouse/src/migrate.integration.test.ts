import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { connectClickHouse } from './client.ts';
import { openHistoryStore } from './history-store.ts';
import { connectForMigrations, MigrationChangedError, migrate } from './migrate.ts';
import { MIGRATIONS } from './migrations/all.ts';
import { ATTEMPTS } from './tables/attempts.ts';
import { createHistoryDatabase, type HistoryDatabase } from './testing/history-database.ts';
import { anAttempt } from './testing/sample-rows.ts';

const url = inject('stack').clickhouseUrl;
let database: HistoryDatabase;

beforeAll(async () => {
  database = await createHistoryDatabase(url);
});
afterAll(() => database.drop());

test('a database that is in shape is left as it is, with its data', async () => {
  await database.insert(ATTEMPTS, [anAttempt(), anAttempt()]);
  const again = await migrate({ ...database.options, retentionDays: 36_500 });
  expect(again).toEqual({ applied: [], retentionChanged: [] });
  expect(await database.ask('SELECT count() AS rows FROM attempts')).toEqual([{ rows: 2 }]);
});

test('a migration that ran half-way, because it was killed, runs again on tables with data', async () => {
  await database.run('TRUNCATE TABLE migrations');
  const { applied } = await migrate({ ...database.options, retentionDays: 36_500 });
  expect(applied.map(({ version }) => version)).toEqual(MIGRATIONS.map(({ version }) => version));
  expect(await database.ask('SELECT count() AS rows FROM attempts')).toEqual([{ rows: 2 }]);
});

test('what is on record before lists had tables of their own is found by them afterwards', async () => {
  const options = { url, database: `herald_test_${randomUUID().replaceAll('-', '')}` };
  const setUp = connectClickHouse({ url, database: 'default' }, { maxConnections: 1, settings: {} });
  await setUp.command({ query: `CREATE DATABASE ${options.database}` });
  await setUp.close();
  const client = connectClickHouse(options, { maxConnections: 1, settings: {} });
  const asOf0006 = MIGRATIONS.filter(({ version }) => version <= 6).flatMap(({ statements }) => statements);
  const common = "'account-1' AS account_id, toDateTime64('2026-01-15 12:00:00', 3, 'UTC') AS occurred_at";
  const rows = [
    `INSERT INTO events (account_id, occurred_at, recorded_at, event_id, event)
     SELECT ${common}, occurred_at, 'event-1', '{"caption":"Amber lights"}'`,
    `INSERT INTO attempts (account_id, occurred_at, started_at, attempt_id, delivery_id, event_id, step, state,
       outcome, response_status, response_body)
     SELECT ${common}, occurred_at + toIntervalDay(number), generateUUIDv4(number),
       toUUID('6f1c1f0e-6a51-5d0c-9f6a-0b6f3a1e7c42'), 'event-1', number, if(number = 1, 'delivered', 'waiting'),
       'response', if(number = 1, 204, 503), if(number = 1, '', 'Cedar is down')
     FROM numbers(2)`,
    `INSERT INTO attempts (account_id, occurred_at, started_at, attempt_id, delivery_id, state, reason)
     SELECT 'account-2', toDateTime64('2026-01-15 12:00:00', 3, 'UTC') AS occurred_at, occurred_at, generateUUIDv4(),
       toUUID('c1b2f2a0-3f0c-5d52-8a53-0b1f5a4d7e11'), 'dead', 'exhausted'`,
  ];
  for (const query of [...asOf0006, ...rows]) await client.command({ query });
  await migrate({ ...options, retentionDays: 36_500 });

  const history = openHistoryStore(options);
  const found = async (filter: object) => {
    const page = await history.deliveries.list({ accountId: 'account-1' }, { limit: 10, ...filter });
    return page.kind === 'page' ? page.items.map(({ state, attempts }) => ({ state, attempts })) : page;
  };
  const delivered = [{ state: 'delivered', attempts: 2 }];
  expect(await found({})).toEqual(delivered);
  expect(await found({ state: 'delivered', status: 503, outcome: 'response' })).toEqual(delivered);
  expect(await found({ text: 'amber' })).toEqual(delivered);
  expect(await found({ text: 'down cedar' })).toEqual(delivered);
  expect(await found({ state: 'waiting' })).toEqual([]);
  const dead = await history.deadLetters.list({ accountId: 'account-2' }, { limit: 10 });
  expect(dead).toMatchObject({ items: [{ deliveryId: 'c1b2f2a0-3f0c-5d52-8a53-0b1f5a4d7e11' }] });
  await history.close();
  await client.command({ query: `DROP DATABASE ${options.database} SYNC` });
  await client.close();
});

test('processes that migrate at the same time all succeed and leave one shape', async () => {
  const options = { url, database: `herald_test_${randomUUID().replaceAll('-', '')}`, retentionDays: 30 };
  await Promise.all(Array.from({ length: 5 }, () => migrate(options)));
  expect(await migrate(options)).toEqual({ applied: [], retentionChanged: [] });
  const client = connectClickHouse(options, { maxConnections: 1, settings: {} });
  await client.command({ query: `DROP DATABASE ${options.database} SYNC` });
  await client.close();
});

test('what a slower process made again, and was killed before it dropped it, is dropped by the next one', async () => {
  const names = () =>
    database.ask('SELECT name FROM system.tables WHERE database = currentDatabase() ORDER BY name');
  const shape = await names();
  const outdated = MIGRATIONS.filter(({ version }) => version === 5 || version === 7);
  for (const query of outdated.flatMap(({ statements }) => statements)) await database.run(query);
  expect(await names()).toHaveLength(shape.length + 5);
  await migrate({ ...database.options, retentionDays: 36_500 });
  expect(await names()).toEqual(shape);
});

test('a statement that goes on for longer than its progress fits into the usual header is waited for', async () => {
  const client = connectForMigrations(database.options);
  // A progress a millisecond, of which 16 KiB hold about 100.
  await client.command({
    query: 'SELECT sleepEachRow(0.005) FROM numbers(400) SETTINGS max_block_size = 1 FORMAT Null',
    clickhouse_settings: { http_headers_progress_interval_ms: '1' },
  });
  await client.close();
});

test('a statement that rewrites a table is not waited for', async () => {
  const client = connectForMigrations(database.options);
  for (const query of [
    'CREATE TABLE rewritten (a UInt8) ENGINE = MergeTree ORDER BY a',
    'INSERT INTO rewritten VALUES (1)',
    'SYSTEM STOP MERGES rewritten',
    'ALTER TABLE rewritten ADD COLUMN b UInt8 MATERIALIZED a',
    'ALTER TABLE rewritten MATERIALIZE COLUMN b',
    'DROP TABLE rewritten SYNC',
  ]) {
    await client.command({ query });
  }
  await client.close();
});

test('another retention is taken over by all tables', async () => {
  const { retentionChanged } = await migrate({ ...database.options, retentionDays: 36_501 });
  expect(retentionChanged.sort()).toEqual([
    'answers',
    'attempts',
    'delivery_days',
    'delivery_deaths',
    'delivery_moments',
    'delivery_troubles',
    'erased_deliveries',
    'events',
    'ledger_entries',
    'ledger_sums',
    'poison',
    'routes',
  ]);
});

test('a migration that was edited after it ran is refused', async () => {
  await database.run("INSERT INTO migrations (version, name, checksum) VALUES (2, 'routes', 'other')");
  await database.run('OPTIMIZE TABLE migrations FINAL');
  await expect(migrate({ ...database.options, retentionDays: 36_501 })).rejects.toThrow(
    MigrationChangedError,
  );
});

test('migrations are numbered from 1 without gaps', () => {
  expect(MIGRATIONS.map(({ version }) => version)).toEqual(MIGRATIONS.map((_, index) => index + 1));
});
