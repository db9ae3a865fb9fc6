import { afterAll, beforeAll, expect, inject, test, vi } from 'vitest';
import { migrate } from './migrate.ts';
import { ATTEMPTS } from './tables/attempts.ts';
import { createHistoryDatabase, type HistoryDatabase } from './testing/history-database.ts';
import { anAttempt } from './testing/sample-rows.ts';

const DAY_MS = 86_400_000;

let database: HistoryDatabase;
beforeAll(async () => {
  database = await createHistoryDatabase(inject('stack').clickhouseUrl);
});
afterAll(() => database?.drop());

test('rows that are older than a changed retention go by themselves, those within it stay', async () => {
  // ClickHouse looks every four hours otherwise.
  await database.run('ALTER TABLE attempts MODIFY SETTING merge_with_ttl_timeout = 0');
  const old = anAttempt({ started_at: Date.now() - 20 * DAY_MS });
  const recent = anAttempt({ started_at: Date.now() - 2 * DAY_MS });
  await database.insert(ATTEMPTS, [old, recent]);
  await migrate({ ...database.options, retentionDays: 7 });
  await vi.waitFor(
    async () =>
      expect(await database.ask('SELECT attempt_id FROM attempts')).toEqual([
        { attempt_id: recent.attempt_id },
      ]),
    { timeout: 40_000, interval: 100 },
  );
});

test('a retention that is there already is left alone where none was asked for', async () => {
  const again = { ...database.options, retentionDays: 1, keepsRetention: true };
  expect((await migrate(again)).retentionChanged).toEqual([]);
  expect((await migrate({ ...again, auditRetentionDays: 500 })).retentionChanged).toEqual(['audit']);
  expect((await migrate(again)).retentionChanged).toEqual([]);
});
