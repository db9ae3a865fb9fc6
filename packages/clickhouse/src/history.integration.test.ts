import { randomUUID } from 'node:crypto';
import { deliveryId } from '@herald/domain/ids';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import type { DeliveryQuery, DeliverySummary, HistoryStore } from './history.ts';
import { openHistoryStore } from './history-store.ts';
import { ATTEMPTS } from './tables/attempts.ts';
import { EVENTS } from './tables/events.ts';
import { ROUTES } from './tables/routes.ts';
import { createHistoryDatabase, type HistoryDatabase } from './testing/history-database.ts';
import { newAccount, pageOf } from './testing/listing.ts';
import { anAttempt, anEvent, aRoute, NOON_MS } from './testing/sample-rows.ts';

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

async function walk(
  scope: { accountId: string },
  query: DeliveryQuery,
  betweenPages: () => Promise<void> = async () => {},
): Promise<DeliverySummary[]> {
  const seen: DeliverySummary[] = [];
  for (let cursor: string | undefined; ; ) {
    const page = pageOf(await history.deliveries.list(scope, { ...query, cursor }));
    expect(page.items.length).toBeLessThanOrEqual(query.limit);
    seen.push(...page.items);
    if (page.nextCursor === undefined) return seen;
    cursor = page.nextCursor;
    await betweenPages();
  }
}

test('bodies are read back byte for byte, text or not', async () => {
  const scope = newAccount();
  const everyByte = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
  const attempt = anAttempt({
    account_id: scope.accountId,
    request: {
      method: 'POST',
      url: 'https://receiver.example/ü?q=1',
      headers: { 'x-name': 'a,b', 'x-quote': '"\'\\\n' },
      body: Buffer.concat([everyByte, Buffer.alloc(300_000, 0xff)]),
    },
    response: {
      status: 500,
      headers: { server: 'nginx' },
      body: everyByte.toReversed() as Buffer,
      body_truncated: true,
    },
  });
  await database.insert(ATTEMPTS, [attempt]);
  const found = await history.deliveries.get(scope, attempt.delivery_id);
  const [read] = found?.history ?? [];
  expect(read?.request?.body?.equals(attempt.request!.body)).toBe(true);
  expect(read?.response?.body?.equals(Buffer.from(everyByte.toReversed()))).toBe(true);
  expect(read?.request).toMatchObject({ url: attempt.request!.url, headers: attempt.request!.headers });
  expect(read?.response).toMatchObject({ status: 500, headers: { server: 'nginx' }, bodyTruncated: true });
});

test('a delivery shows each disposition once, in order, with everything that is known of it', async () => {
  const scope = newAccount();
  const common = { account_id: scope.accountId, delivery_id: randomUUID() };
  const failed = anAttempt({
    ...common,
    verdict: 'RETRY',
    outcome: 'timeout',
    error_message: 'no answer within 15000 ms',
    response: null,
    first_byte_ms: null,
    dns_ms: null,
    connect_ms: null,
    tls_ms: null,
    next_attempt_at: NOON_MS + 5_000,
    retry_tier: '5s',
  });
  const delivered = anAttempt({ ...common, step: 1, attempt_number: 2, started_at: NOON_MS + 5_100 });
  await database.insert(ATTEMPTS, [delivered, failed]);
  await database.insert(ATTEMPTS, [failed, delivered]);

  const found = await history.deliveries.get(scope, common.delivery_id);
  expect(found).toMatchObject({
    deliveryId: common.delivery_id,
    endpointId: 'endpoint-1',
    state: 'delivered',
    attempts: 2,
    lastOutcome: 'response',
    lastStatus: 200,
    nextAttemptAtMs: null,
    occurredAtMs: NOON_MS,
    updatedAtMs: NOON_MS + 5_100,
    origin: { topic: 'publication.events', partition: 3, offset: 41 },
  });
  expect(found?.history.map(({ attemptId }) => attemptId)).toEqual([failed.attempt_id, delivered.attempt_id]);
  expect(found?.history[0]).toMatchObject({
    step: 0,
    disposition: 'ATTEMPTED',
    verdict: 'RETRY',
    outcome: 'timeout',
    errorMessage: 'no answer within 15000 ms',
    response: null,
    firstByteMs: null,
    dnsMs: null,
    connectMs: null,
    tlsMs: null,
    nextAttemptAtMs: NOON_MS + 5_000,
    retryTier: '5s',
    durationMs: 12.5,
    configRevision: 9,
    readFrom: { topic: 'webhook.deliveries', partition: 5, offset: 77 },
  });
  expect(found?.history[1]).toMatchObject({ firstByteMs: 11.25, dnsMs: 1.5, connectMs: 2.25, tlsMs: 4.5 });
});

test('an attempt that was kept before its connection was timed does not say how long that took', async () => {
  const scope = newAccount();
  const id = randomUUID();
  await database.run(`
    INSERT INTO attempts (attempt_id, delivery_id, account_id, disposition, verdict, state, started_at, occurred_at)
    VALUES ('${randomUUID()}', '${id}', '${scope.accountId}', 'ATTEMPTED', 'DELIVERED', 'delivered', now(), now())`);
  const found = await history.deliveries.get(scope, id);
  expect(found?.history).toMatchObject([{ dnsMs: null, connectMs: null, tlsMs: null }]);
});

test('a walk by cursor sees every delivery exactly once while others arrive and change state', async () => {
  const scope = newAccount();
  const attempts = Array.from({ length: 157 }, (_, index) =>
    anAttempt({
      account_id: scope.accountId,
      // Several share a millisecond: there the id decides.
      occurred_at: NOON_MS + Math.floor(index / 10) * 1_000,
      verdict: index % 3 === 0 ? 'RETRY' : 'DELIVERED',
    }),
  );
  await database.insert(ATTEMPTS, attempts);
  let arriving = 0;
  const seen = await walk(scope, { limit: 10 }, async () => {
    const changed = attempts[(arriving * 31) % attempts.length]!;
    await database.insert(ATTEMPTS, [
      anAttempt({ account_id: scope.accountId, occurred_at: NOON_MS + 10_000_000 + arriving++ }),
      anAttempt({
        account_id: scope.accountId,
        delivery_id: changed.delivery_id,
        occurred_at: changed.occurred_at,
        step: 1,
      }),
      attempts[arriving % attempts.length]!,
    ]);
  });
  expect(seen.map(({ deliveryId: id }) => id).sort()).toEqual(
    attempts.map(({ delivery_id }) => delivery_id).sort(),
  );
  const times = seen.map(({ occurredAtMs }) => occurredAtMs);
  expect(times).toEqual(times.toSorted((a, b) => b - a));
});

test('a list reaches from events that claim to be of tomorrow back to the oldest that is kept', async () => {
  const scope = newAccount();
  const hoursAgo = [-24, 0, 2, 48, 24 * 10, 24 * 60];
  const times = hoursAgo.map((hours) => Date.now() - hours * 3_600_000);
  await database.insert(
    ATTEMPTS,
    times.map((occurred_at) => anAttempt({ account_id: scope.accountId, occurred_at })),
  );
  for (const limit of [1, 2, 4, 50]) {
    const seen = await walk(scope, { limit });
    expect(seen.map(({ occurredAtMs }) => occurredAtMs)).toEqual(times);
  }
  const seen = await walk(scope, { limit: 1, fromMs: times[4]!, toMs: times[1]! });
  expect(seen.map(({ occurredAtMs }) => occurredAtMs)).toEqual(times.slice(2, 5));
});

test('a rare state is found among many deliveries, page by page', async () => {
  const scope = newAccount();
  const attempts = Array.from({ length: 3_000 }, (_, index) =>
    anAttempt({
      account_id: scope.accountId,
      occurred_at: NOON_MS + index,
      verdict: 'RETRY',
      request: null,
      response: null,
    }),
  );
  const later = attempts
    .filter((_, index) => index % 500 !== 7)
    .map((attempt) => ({ ...attempt, attempt_id: randomUUID(), step: 1, verdict: 'DELIVERED' as const }));
  await database.insert(ATTEMPTS, [...attempts, ...later]);
  const waiting = await walk(scope, { limit: 4, state: 'waiting' });
  expect(waiting.map(({ occurredAtMs }) => occurredAtMs - NOON_MS)).toEqual([
    2_507, 2_007, 1_507, 1_007, 507, 7,
  ]);
  const delivered = await walk(scope, { limit: 200, state: 'delivered' });
  expect(delivered).toHaveLength(2_994);
});

test('every filter narrows the list to what it names', async () => {
  const scope = newAccount();
  const plain = { account_id: scope.accountId };
  const odd = anAttempt({
    ...plain,
    project_id: 'project-2',
    channel_id: 'channel-2',
    endpoint_id: 'endpoint-2',
    response: {
      status: 503,
      headers: {},
      body: Buffer.from('{"why":"Quota exceeded"}'),
      body_truncated: false,
    },
    verdict: 'DEAD',
    reason: 'exhausted',
    event_type: 'publication.failed',
    publication_id: 'publication-2',
    occurred_at: NOON_MS + 60_000,
  });
  await database.insert(ATTEMPTS, [anAttempt(plain), anAttempt(plain), odd]);
  const filters: Array<Partial<DeliveryQuery>> = [
    { projectId: 'project-2' },
    { channelId: 'channel-2' },
    { endpointId: 'endpoint-2' },
    { state: 'dead' },
    { status: 503 },
    { status: 5 },
    { text: 'EXCEEDED quota' },
    { state: 'dead', status: 503, outcome: 'response', text: 'quota', projectId: 'project-2' },
    { eventType: 'publication.failed' },
    { publicationId: 'publication-2' },
    { eventId: odd.event_id },
    { fromMs: NOON_MS + 60_000 },
    { fromMs: NOON_MS + 1, toMs: NOON_MS + 60_001 },
  ];
  for (const filter of filters) {
    const page = pageOf(await history.deliveries.list(scope, { limit: 10, ...filter }));
    expect(page, JSON.stringify(filter)).toMatchObject({
      items: [{ deliveryId: odd.delivery_id, state: 'dead', reason: 'exhausted' }],
      nextCursor: undefined,
    });
    expect(page.items).toHaveLength(1);
  }
  expect(
    pageOf(await history.deliveries.list(scope, { limit: 10, toMs: NOON_MS + 60_000 })).items,
  ).toHaveLength(2);
});

test('a list says of a delivery what the delivery itself says, whatever characters its names have', async () => {
  const scope = newAccount();
  const odd = 'a\tb\n"c\\ \0 \u2028 é 漢 😀 ,[]{}';
  const common = {
    account_id: scope.accountId,
    project_id: `project ${odd}`,
    channel_id: `channel ${odd}`,
    publication_id: `publication ${odd}`,
    endpoint_id: `endpoint ${odd}`,
    event_id: `event ${odd}`,
    event_type: `type ${odd}`,
  };
  const waiting = { ...common, delivery_id: randomUUID() };
  const dead = { ...common, delivery_id: randomUUID() };
  const held = { ...common, delivery_id: randomUUID() };
  const answered = (status: number) => ({
    status,
    headers: {},
    body: Buffer.from(''),
    body_truncated: false,
  });
  const unsent = { outcome: null, request: null, response: null };
  const retry = { verdict: 'RETRY', next_attempt_at: NOON_MS + 9_000 } as const;
  await database.insert(ATTEMPTS, [
    anAttempt({ ...waiting, ...retry, response: answered(503), next_attempt_at: NOON_MS + 5_000 }),
    anAttempt({
      ...waiting,
      ...retry,
      step: 1,
      response: null,
      outcome: 'timeout',
      started_at: NOON_MS + 700,
    }),
    anAttempt({ ...dead, ...retry, response: answered(500) }),
    anAttempt({ ...dead, step: 1, verdict: 'DEAD', reason: `reason ${odd}`, response: answered(410) }),
    anAttempt({ ...held, ...unsent, disposition: 'HELD', verdict: 'HOLD' }),
  ]);
  const { items } = pageOf(await history.deliveries.list(scope, { limit: 10 }));
  expect(items.map(({ state }) => state).sort()).toEqual(['dead', 'held', 'waiting']);
  expect(items.map(({ nextAttemptAtMs }) => nextAttemptAtMs)).toContain(NOON_MS + 9_000);
  for (const item of items) expect(await history.deliveries.get(scope, item.deliveryId)).toMatchObject(item);
});

test('a routed delivery is pending until its first disposition, at the same place in the list', async () => {
  const scope = newAccount();
  const eventId = randomUUID();
  const endpoint_id = 'endpoint-7';
  const delivery_id = deliveryId(eventId, endpoint_id, 'event');
  const common = { account_id: scope.accountId, event_id: eventId };
  await database.insert(ROUTES, [aRoute(1, { ...common, deliveries: [{ endpoint_id, delivery_id }] })]);
  const [pending] = pageOf(await history.deliveries.list(scope, { limit: 10, state: 'pending' })).items;
  expect(pending).toMatchObject({
    deliveryId: delivery_id,
    endpointId: endpoint_id,
    eventType: 'publication.published',
    state: 'pending',
    attempts: 0,
    lastOutcome: null,
    lastStatus: null,
  });
  expect(await history.deliveries.get(scope, delivery_id)).toMatchObject({ origin: null, history: [] });

  await database.insert(ATTEMPTS, [anAttempt({ ...common, delivery_id, endpoint_id })]);
  const page = pageOf(await history.deliveries.list(scope, { limit: 10 }));
  expect(page.items).toMatchObject([{ deliveryId: delivery_id, state: 'delivered' }]);
  expect(pageOf(await history.deliveries.list(scope, { limit: 10, state: 'pending' })).items).toEqual([]);
});

test('no query of one account shows anything of another', async () => {
  const [mine, theirs] = [newAccount(), newAccount()];
  const event = anEvent({ account_id: theirs.accountId });
  const attempt = anAttempt({ account_id: theirs.accountId, event_id: event.event_id });
  const deliveries = [{ endpoint_id: attempt.endpoint_id, delivery_id: attempt.delivery_id }];
  await database.insert(EVENTS, [
    { partition: 0, offset: 900, recordedAtMs: NOON_MS, content: { ok: true, event } },
    { partition: 0, offset: 901, recordedAtMs: NOON_MS, content: { ok: false, reason: 'corrupt' } },
  ]);
  await database.insert(ROUTES, [
    aRoute(900, { account_id: theirs.accountId, event_id: event.event_id, deliveries }),
  ]);
  await database.insert(ATTEMPTS, [attempt]);

  expect(await history.deliveries.get(theirs, attempt.delivery_id)).toBeDefined();
  expect(await history.events.get(theirs, event.event_id)).toBeDefined();

  expect(await history.deliveries.get(mine, attempt.delivery_id)).toBeUndefined();
  expect(await history.events.get(mine, event.event_id)).toBeUndefined();
  expect(pageOf(await history.events.list(mine, { limit: 10 })).items).toEqual([]);
  for (const filter of [
    {},
    { eventId: event.event_id },
    { endpointId: attempt.endpoint_id },
    { state: 'delivered' as const },
  ]) {
    expect(pageOf(await history.deliveries.list(mine, { limit: 10, ...filter })).items).toEqual([]);
  }
  expect(await history.ledger.recount(mine)).toMatchObject({
    accepted: 0,
    routed: 0,
    deliveries: 0,
    poison: 0,
  });

  const page = pageOf(await history.deliveries.list(theirs, { limit: 1 }));
  const foreignCursor = await history.deliveries.list(mine, { limit: 1, cursor: page.nextCursor });
  expect(pageOf(foreignCursor).items).toEqual([]);
});

test('rows that belong to no account are not to be had by an empty account id', async () => {
  await expect(async () => history.events.list({ accountId: '' }, { limit: 1 })).rejects.toThrow('empty');
});

test('a damaged or foreign cursor is refused, never taken for the first page', async () => {
  const scope = newAccount();
  await database.insert(
    ATTEMPTS,
    [1, 2, 3].map((ms) => anAttempt({ account_id: scope.accountId, occurred_at: NOON_MS + ms })),
  );
  const { nextCursor } = pageOf(await history.deliveries.list(scope, { limit: 1 }));
  const other = await history.deliveries.list(scope, { limit: 1, state: 'dead', cursor: nextCursor });
  expect(other).toMatchObject({ kind: 'refused_cursor' });
  const damaged = await history.deliveries.list(scope, { limit: 1, cursor: 'x' });
  expect(damaged).toMatchObject({ kind: 'refused_cursor' });
  const ofAnotherList = await history.events.list(scope, { limit: 1, cursor: nextCursor });
  expect(ofAnotherList).toMatchObject({ kind: 'refused_cursor' });
});

test('an id that is no UUID names no delivery', async () => {
  expect(await history.deliveries.get(newAccount(), "' OR 1=1 --")).toBeUndefined();
});

test('a read may name a thousand ids, as long as they may be and of any characters', async () => {
  const scope = newAccount();
  const attempts = Array.from({ length: 1_000 }, (_, index) =>
    anAttempt({ account_id: scope.accountId, event_id: `${index}'\\\n${'事'.repeat(190)}` }),
  );
  await database.insert(ATTEMPTS, attempts);
  const pairs = attempts.map(({ event_id, endpoint_id, occurred_at }) => ({
    eventId: event_id,
    endpointId: endpoint_id,
    occurredAtMs: occurred_at,
  }));
  const found = await history.replays.delivered(scope, [...pairs, { ...pairs[0]!, eventId: 'none' }], '');
  expect(new Set(found.map(({ eventId }) => eventId))).toEqual(
    new Set(attempts.map(({ event_id }) => event_id)),
  );
});
