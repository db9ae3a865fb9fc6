import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import type { HistoryStore } from '../history.ts';
import { openHistoryStore } from '../history-store.ts';
import { ATTEMPTS } from '../tables/attempts.ts';
import { openCountingReader } from '../testing/counting-reader.ts';
import { createHistoryDatabase, type HistoryDatabase } from '../testing/history-database.ts';
import { newAccount } from '../testing/listing.ts';
import { anAttempt, NOON_MS } from '../testing/sample-rows.ts';
import { countFacets } from './facets.ts';

const HOUR_MS = 3_600_000;
const AROUND_NOON = { fromMs: NOON_MS - HOUR_MS, toMs: NOON_MS + HOUR_MS };

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

test.each([
  ['a status', { status: 503 }],
  ['a class of status', { status: 5 }],
  ['an outcome', { outcome: 'timeout' }],
])('a count by %s says how its deliveries stand now, also where that came on another day', async (_, by) => {
  const scope = newAccount();
  const common = { account_id: scope.accountId, delivery_id: randomUUID() };
  const retried = { ...common, verdict: 'RETRY', response: null, outcome: 'timeout' } as const;
  const answer = { status: 503, headers: {}, body: Buffer.from(''), body_truncated: false };
  const attempts = [
    anAttempt(retried),
    anAttempt({ ...retried, step: 1, outcome: 'response', response: answer }),
    anAttempt({ ...common, step: 2, started_at: NOON_MS + 24 * HOUR_MS }),
  ];
  for (const attempt of attempts) await database.insert(ATTEMPTS, [attempt]);
  expect(await history.deliveries.facets(scope, { ...AROUND_NOON, ...by })).toMatchObject({
    deliveries: 1,
    states: [{ value: 'delivered', deliveries: 1 }],
    statuses: [
      { value: '2xx', deliveries: 1 },
      { value: '5xx', deliveries: 1 },
    ],
    outcomes: [
      { value: 'response', deliveries: 1 },
      { value: 'timeout', deliveries: 1 },
    ],
  });
});

test.each([
  ['a state that few are in', 'dead'],
  ['the state that most are in', 'delivered'],
] as const)('a count by %s reads nothing from before its range, however much there is', async (_, state) => {
  const scope = newAccount();
  await database.run(`
    INSERT INTO delivery_moments
      (account_id, occurred_at, delivery_id, step, moment_id, moment_at, state, outcome, response_status)
    SELECT
      '${scope.accountId}', fromUnixTimestamp64Milli(${NOON_MS} - 86400000 + number), generateUUIDv4(), 0,
      generateUUIDv4(1), fromUnixTimestamp64Milli(${NOON_MS}), '${state}', 'response', if('${state}' = 'dead', 500, 200)
    FROM numbers(30000)`);
  await database.insert(ATTEMPTS, [
    anAttempt({ account_id: scope.accountId, verdict: state === 'dead' ? 'DEAD' : 'DELIVERED' }),
  ]);
  await using counting = openCountingReader(database.options);
  const counted = await countFacets(counting.reader, scope, { ...AROUND_NOON, state });
  expect(counted).toMatchObject({ deliveries: 1 });
  expect(counting.rowsRead()).toBeLessThan(5_000);
});
