import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import type { Scope } from '../history.ts';
import { ATTEMPTS } from '../tables/attempts.ts';
import { openCountingReader } from '../testing/counting-reader.ts';
import { createHistoryDatabase, type HistoryDatabase } from '../testing/history-database.ts';
import { newAccount, pageOf } from '../testing/listing.ts';
import { anAttempt, NOON_MS } from '../testing/sample-rows.ts';
import { deadLetterReads } from './dead-letters.ts';

let database: HistoryDatabase;

beforeAll(async () => {
  database = await createHistoryDatabase(inject('stack').clickhouseUrl);
});
afterAll(() => database.drop());

/** Deliveries that ended at once, one a millisecond from noon on. */
async function insertEnded(accountId: string, count: number, as: { state: string; reason: string }) {
  await database.run(`
    INSERT INTO delivery_moments
      (account_id, endpoint_id, occurred_at, delivery_id, step, moment_id, moment_at, state, reason, outcome, response_status)
    SELECT
      '${accountId}', 'endpoint-1', fromUnixTimestamp64Milli(${NOON_MS} + number), generateUUIDv4(), 0, generateUUIDv4(1),
      fromUnixTimestamp64Milli(${NOON_MS} + number), '${as.state}', '${as.reason}', 'response',
      if('${as.state}' = 'dead', 500, 200)
    FROM numbers(${count})`);
}

test('dead letters with a rare reason are found each once, and what was delivered is not read', async () => {
  const scope = newAccount();
  await insertEnded(scope.accountId, 60_000, { state: 'delivered', reason: '' });
  await insertEnded(scope.accountId, 3_000, { state: 'dead', reason: 'exhausted' });
  const rare = [5, 1_500, 2_995].map((ms) =>
    anAttempt({
      ...{ account_id: scope.accountId, occurred_at: NOON_MS + ms, started_at: NOON_MS + ms },
      ...{ verdict: 'DEAD', reason: 'rejected' },
      response: { status: 400, headers: {}, body: Buffer.from(''), body_truncated: false },
    }),
  );
  await database.insert(ATTEMPTS, rare);
  await using counting = openCountingReader(database.options);
  const reads = deadLetterReads(counting.reader);
  const found: string[] = [];
  for (let cursor: string | undefined, pages = 0; pages === 0 || cursor; pages++) {
    expect(pages).toBeLessThan(5);
    const page = pageOf(await reads.list(scope, { reason: 'rejected', limit: 2, cursor }));
    found.push(...page.items.map(({ deliveryId }) => deliveryId));
    cursor = page.nextCursor;
  }
  expect(found).toEqual(rare.map(({ delivery_id }) => delivery_id).toReversed());
  expect(counting.rowsRead()).toBeLessThan(20_000);
  expect(await reads.groups(scope, { status: 400 })).toMatchObject([
    { endpointId: 'endpoint-1', reason: 'rejected', status: 400, deliveries: 3 },
  ]);
});

test('what has died of one answer and not of another, or is dead no longer, is neither listed nor counted by it', async () => {
  const scope = newAccount();
  const delivery = { account_id: scope.accountId, delivery_id: randomUUID(), reason: 'exhausted' };
  const answer = { headers: {}, body: Buffer.from(''), body_truncated: false };
  const died = anAttempt({ ...delivery, step: 1, verdict: 'DEAD', outcome: 'timeout', response: null });
  await database.insert(ATTEMPTS, [
    anAttempt({ ...delivery, verdict: 'RETRY', response: { ...answer, status: 503 } }),
  ]);
  await database.insert(ATTEMPTS, [died]);
  // Its twin was delivered.
  const twin = { ...delivery, delivery_id: randomUUID(), step: 1 };
  await database.insert(ATTEMPTS, [
    anAttempt({ ...twin, verdict: 'DEAD', outcome: 'timeout', response: null }),
  ]);
  await database.insert(ATTEMPTS, [anAttempt({ ...twin, verdict: 'DELIVERED' })]);
  await using counting = openCountingReader(database.options);
  const reads = deadLetterReads(counting.reader);
  const listed = async (status?: number) =>
    pageOf(await reads.list(scope, { limit: 10, status })).items.map(({ deliveryId }) => deliveryId);
  expect(await listed()).toEqual([died.delivery_id]);
  expect(await listed(0)).toEqual([died.delivery_id]);
  expect(await listed(503)).toEqual([]);
  expect(await reads.groups(scope, { status: 503 })).toEqual([]);
  expect(await reads.groups(scope, {})).toMatchObject([{ reason: 'exhausted', status: 0, deliveries: 1 }]);
});

test.each(['died last', 'died first'])(
  'what was delivered by the first request of its twin is no dead letter, whichever is logged first: %s',
  async (order) => {
    const scope = newAccount();
    const delivery = { account_id: scope.accountId, delivery_id: randomUUID() };
    const died = anAttempt({ ...delivery, step: 3, verdict: 'DEAD', reason: 'exhausted' });
    const twin = anAttempt({ ...delivery, step: 0, verdict: 'DELIVERED' });
    const dead = anAttempt({ account_id: scope.accountId, verdict: 'DEAD', reason: 'exhausted' });
    for (const attempt of order === 'died first' ? [dead, died, twin] : [dead, twin, died]) {
      await database.insert(ATTEMPTS, [attempt]);
    }
    expect(await foundIn(scope)).toEqual({ listed: [dead.delivery_id], counted: [1] });
  },
);

test('a death that is logged twice is listed and counted once, before its rows fall together and after', async () => {
  const scope = newAccount();
  const died = anAttempt({ account_id: scope.accountId, verdict: 'DEAD', reason: 'exhausted' });
  const isOnce = { listed: [died.delivery_id], counted: [1] };
  await database.run('SYSTEM STOP MERGES delivery_deaths');
  for (const attempt of [died, died]) await database.insert(ATTEMPTS, [attempt]);
  expect(await rowsOf(scope)).toBe(2);
  expect(await foundIn(scope)).toEqual(isOnce);
  await database.run('SYSTEM START MERGES delivery_deaths');
  await database.run('OPTIMIZE TABLE delivery_deaths FINAL');
  expect(await rowsOf(scope)).toBe(1);
  expect(await foundIn(scope)).toEqual(isOnce);
});

test('what was only tested is neither listed nor counted', async () => {
  const scope = newAccount();
  const died = anAttempt({
    account_id: scope.accountId,
    verdict: 'DEAD',
    reason: 'test_failed',
    cause: 'test',
  });
  await database.insert(ATTEMPTS, [died]);
  expect(await rowsOf(scope)).toBe(1);
  expect(await foundIn(scope)).toEqual({ listed: [], counted: [] });
});

async function rowsOf({ accountId }: Scope): Promise<number> {
  const [found] = await database.ask<{ rows: number }>(
    `SELECT count() AS rows FROM delivery_deaths WHERE account_id = '${accountId}'`,
  );
  return found!.rows;
}

/** The deliveries that are listed, and how many each group has. */
async function foundIn(scope: Scope) {
  await using counting = openCountingReader(database.options);
  const reads = deadLetterReads(counting.reader);
  const page = pageOf(await reads.list(scope, { limit: 10 }));
  const groups = await reads.groups(scope, {});
  return {
    listed: page.items.map(({ deliveryId }) => deliveryId),
    counted: groups.map(({ deliveries }) => deliveries),
  };
}
