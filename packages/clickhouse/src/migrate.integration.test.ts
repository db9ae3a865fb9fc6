import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { connectClickHouse } from './client.ts';
import { MigrationChangedError, migrate } from './migrate.ts';
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

test('processes that migrate at the same time all succeed and leave one shape', async () => {
  const options = { url, database: `herald_test_${randomUUID().replaceAll('-', '')}`, retentionDays: 30 };
  await Promise.all(Array.from({ length: 5 }, () => migrate(options)));
  expect(await migrate(options)).toEqual({ applied: [], retentionChanged: [] });
  const client = connectClickHouse(options, { maxConnections: 1, settings: {} });
  await client.command({ query: `DROP DATABASE ${options.database} SYNC` });
  await client.close();
});

test('another retention is taken over by all tables', async () => {
  const { retentionChanged } = await migrate({ ...database.options, retentionDays: 36_501 });
  expect(retentionChanged.sort()).toEqual([
    'answers',
    'attempts',
    'deliveries',
    'erased_deliveries',
    'events',
    'ledger_entries',
    'ledger_sums',
    'moments',
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
