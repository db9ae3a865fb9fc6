import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { type Inserter, openInserter } from './inserter.ts';
import { ATTEMPTS } from './tables/attempts.ts';
import { createRowEncoder } from './tables/table.ts';
import { createHistoryDatabase, type HistoryDatabase } from './testing/history-database.ts';
import { anAttempt, NOON_MS } from './testing/sample-rows.ts';

let database: HistoryDatabase;
let inserter: Inserter;
beforeAll(async () => {
  database = await createHistoryDatabase(inject('stack').clickhouseUrl);
  inserter = openInserter(database.options);
});
afterAll(async () => {
  await inserter.close();
  await database.drop();
});

const encode = createRowEncoder(ATTEMPTS);

function encoded(...rows: Parameters<typeof encode>[0][]): Buffer[] {
  return rows.map((row) => {
    const result = encode(row);
    if (!result.ok) throw new Error(result.detail);
    return result.bytes;
  });
}

test('a row that breaks a rule of the table is refused as data, and the row beside it can still go in', async () => {
  await database.run("ALTER TABLE attempts ADD CONSTRAINT no_ghosts CHECK endpoint_id != 'ghost'");
  const good = anAttempt();
  const refused = await inserter.insert(ATTEMPTS, encoded(good, anAttempt({ endpoint_id: 'ghost' })));
  expect(refused).toMatchObject({ kind: 'refused', detail: expect.stringContaining('no_ghosts') });
  expect(await inserter.insert(ATTEMPTS, encoded(good))).toEqual({ kind: 'inserted' });
});

test('bytes that are no row are refused as data', async () => {
  const [whole] = encoded(anAttempt());
  expect(await inserter.insert(ATTEMPTS, [whole!.subarray(0, 40)])).toMatchObject({ kind: 'refused' });
});

test('a server that cannot be reached, or has no such table, is a rejection: the rows are as good as before', async () => {
  const nobody = openInserter({ url: 'http://127.0.0.1:1', database: 'herald' });
  await expect(nobody.insert(ATTEMPTS, encoded(anAttempt()))).rejects.toThrow();
  await nobody.close();
  await expect(inserter.insert({ ...ATTEMPTS, name: 'not_there' }, encoded(anAttempt()))).rejects.toThrow(
    'not_there',
  );
});

test('one insert takes rows of as many days as an outage was long', async () => {
  const rows = Array.from({ length: 150 }, (_, day) => anAttempt({ started_at: NOON_MS + day * 86_400_000 }));
  expect(await inserter.insert(ATTEMPTS, encoded(...rows))).toEqual({ kind: 'inserted' });
});

test('a row whose id is no UUID is told apart before it is sent', () => {
  expect(encode(anAttempt({ attempt_id: 'attempt 1' }))).toEqual({
    ok: false,
    detail: 'attempts.attempt_id: "attempt 1" is not a UUID',
  });
  expect(encode(anAttempt())).toMatchObject({ ok: true });
});

test('times that no calendar has are brought to the nearest that is kept', async () => {
  const attempt = anAttempt({ account_id: 'odd times', occurred_at: 1.7e18, started_at: -5 });
  await inserter.insert(ATTEMPTS, encoded(attempt));
  const [row] = await database.ask<{ year: number; started: string }>(
    "SELECT toYear(occurred_at) AS year, toString(started_at) AS started FROM attempts WHERE account_id = 'odd times'",
  );
  expect(row).toEqual({ year: 9999, started: '1970-01-01 00:00:00.000' });
});
