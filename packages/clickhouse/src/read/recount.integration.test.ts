import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import type { HistoryStore } from '../history.ts';
import { openHistoryStore } from '../history-store.ts';
import { ATTEMPTS } from '../tables/attempts.ts';
import { EVENTS, type EventRow } from '../tables/events.ts';
import { POISON } from '../tables/poison.ts';
import { ROUTES } from '../tables/routes.ts';
import { createHistoryDatabase, type HistoryDatabase } from '../testing/history-database.ts';
import { anAttempt, anEventRow, aRoute, NOON_MS } from '../testing/sample-rows.ts';

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

test('a recount accounts for every offset and every delivery once, whatever was inserted twice', async () => {
  const ids = Array.from({ length: 6 }, () => randomUUID());
  const to = (...indexes: number[]) =>
    indexes.map((index) => ({ endpoint_id: `endpoint-${index}`, delivery_id: ids[index]! }));
  const undecodable: EventRow = {
    partition: 0,
    offset: 3,
    recordedAtMs: NOON_MS,
    content: { ok: false, reason: 'corrupt' },
  };
  const events = [...[0, 1, 2, 4].map((offset) => anEventRow(offset)), undecodable];
  const routes = [
    aRoute(0, { deliveries: to(0, 1, 2) }),
    aRoute(1, { deliveries: to(3, 4, 5) }),
    aRoute(2, { deliveries: [] }),
  ];
  const routedAgain = routes.map((route) => ({ ...route, routed_at: NOON_MS + 86_400_000 }));
  const attempts = [
    anAttempt({ delivery_id: ids[0]! }),
    anAttempt({ delivery_id: ids[1]!, verdict: 'RETRY' }),
    anAttempt({ delivery_id: ids[2]!, disposition: 'HELD', verdict: 'HOLD' }),
    anAttempt({ delivery_id: ids[3]!, disposition: 'DEAD', verdict: 'DEAD' }),
    anAttempt({ delivery_id: ids[4]!, disposition: 'CANCELLED', verdict: 'NONE' }),
  ];
  const poison = {
    source: { topic: 'publication.events', partition: 0, offset: 3 },
    recordedAtMs: NOON_MS,
    reason: 'corrupt',
    detail: '',
    value: Buffer.from('x'),
  };
  for (let times = 0; times < 2; times++) {
    await database.insert(EVENTS, events);
    await database.insert(ROUTES, [...routes, ...routedAgain]);
    await database.insert(ATTEMPTS, attempts);
    await database.insert(POISON, [poison]);
  }
  const expected = {
    accepted: 5,
    routed: 3,
    unmatched: 1,
    poison: 1,
    unrouted: 1,
    unrecorded: 0,
    matched: 6,
    deliveries: 6,
    pending: 1,
    waiting: 1,
    held: 1,
    cancelled: 1,
    dead: 1,
    delivered: 1,
  };
  expect(await history.ledger.recount('all')).toEqual(expected);
  expect(await history.ledger.recount({ accountId: 'account-1' })).toEqual({
    ...expected,
    accepted: 4,
    poison: 0,
  });
});

test('a delivery counts as pending though its route record does not say when its event happened', async () => {
  const accountId = `account-${randomUUID()}`;
  await database.run(`
    INSERT INTO routes (account_id, event_id, origin_topic, origin_offset, endpoint_ids, delivery_ids)
    VALUES ('${accountId}', 'event-70', 'publication.events', 70, ['endpoint-1'], ['${randomUUID()}'])`);
  expect(await history.ledger.recount({ accountId })).toMatchObject({ deliveries: 1, pending: 1 });
});
