import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import type { HistoryStore } from './history.ts';
import { connectForReads, openHistoryStore } from './history-store.ts';
import { createReader, type Reader } from './read/reader.ts';
import type { ReplaySelection, SelectedDelivery, SelectionPlace } from './read/replay-reads.ts';
import { selectRows } from './read/replay-selection.ts';
import { ATTEMPTS } from './tables/attempts.ts';
import { EVENTS } from './tables/events.ts';
import { createHistoryDatabase, type HistoryDatabase } from './testing/history-database.ts';
import { anAttempt, anEventRow, NOON_MS } from './testing/sample-rows.ts';

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

const EVERYTHING: ReplaySelection = {
  asOfMs: NOON_MS + 3_600_000,
  states: [],
  lastStatuses: [],
  reasons: [],
  projectId: undefined,
  endpointIds: [],
  channelIds: [],
  eventTypes: [],
  publicationIds: [],
  eventIds: [],
  fromMs: undefined,
  toMs: undefined,
};

const DEAD = { disposition: 'DEAD', verdict: 'DEAD', reason: 'exhausted' } as const;

async function walk(accountId: string, selection: ReplaySelection): Promise<SelectedDelivery[]> {
  const all: SelectedDelivery[] = [];
  for (let after: SelectionPlace | undefined; ; ) {
    const { deliveries, end } = await history.replays.select({ accountId }, selection, after, 3);
    all.push(...deliveries);
    after = end;
    if (!after) return all;
  }
}

test('a walk finds every delivery once, oldest event first, with the place of its event', async () => {
  const accountId = randomUUID();
  // Several of one time: only their ids tell them apart.
  const times = [5, 5, 5, 5, 3, 9, 1, 5, 7];
  const attempts = times.map((time, index) =>
    anAttempt({ account_id: accountId, event_id: `${accountId}-${index}`, occurred_at: NOON_MS + time }),
  );
  await database.insert(ATTEMPTS, [...attempts, anAttempt()]);
  const logged = attempts.slice(1);
  const events = logged.map(({ event_id, occurred_at }, index) =>
    anEventRow(100 + index, { account_id: accountId, event_id, occurred_at }),
  );
  await database.insert(EVENTS, events);

  const found = await walk(accountId, EVERYTHING);
  expect(found.map(({ occurredAtMs }) => occurredAtMs - NOON_MS)).toEqual(times.toSorted((a, b) => a - b));
  expect(new Set(found.map(({ deliveryId }) => deliveryId)).size).toBe(times.length);
  for (const { eventId, origin } of found) {
    const index = logged.findIndex(({ event_id }) => event_id === eventId);
    expect(origin?.offset).toBe(index === -1 ? undefined : 100 + index);
  }
});

test('deliveries are chosen as they stood at the time, by state, reason and last status', async () => {
  const accountId = randomUUID();
  const said = { account_id: accountId, started_at: NOON_MS };
  const notFound = { status: 404, headers: {}, body: Buffer.alloc(0), body_truncated: false };
  const dead = anAttempt({ ...said, ...DEAD, response: notFound });
  const redeliveredLater = anAttempt({ ...said, ...DEAD, response: notFound });
  const redelivery = anAttempt({
    ...said,
    delivery_id: redeliveredLater.delivery_id,
    step: 1,
    started_at: NOON_MS + 7_200_000,
  });
  const later = anAttempt({ ...said, ...DEAD, response: notFound, started_at: NOON_MS + 7_200_000 });
  await database.insert(ATTEMPTS, [dead, redeliveredLater, redelivery, later, anAttempt(said)]);

  const ids = async (given: Partial<ReplaySelection>) =>
    (await walk(accountId, { ...EVERYTHING, ...given })).map(({ deliveryId }) => deliveryId).sort();
  const chosen = [dead.delivery_id, redeliveredLater.delivery_id].sort();
  expect(await ids({ states: ['dead'] })).toEqual(chosen);
  expect(await ids({ lastStatuses: [404] })).toEqual(chosen);
  expect(await ids({ reasons: ['exhausted'], endpointIds: ['endpoint-1'] })).toEqual(chosen);
  expect(await ids({ states: ['dead'], endpointIds: ['endpoint-2'] })).toEqual([]);
  expect(await ids({ states: ['dead'], asOfMs: NOON_MS + 9_000_000 })).toEqual(
    [dead.delivery_id, later.delivery_id].sort(),
  );
});

test('what ends later does not change what is chosen, though it had begun by then', async () => {
  const accountId = randomUUID();
  const said = { account_id: accountId, started_at: NOON_MS, duration_ms: 15_000 };
  const dead = anAttempt({ ...said, ...DEAD });
  const selection = { ...EVERYTHING, states: ['dead'], asOfMs: NOON_MS + 15_000 };
  await database.insert(ATTEMPTS, [dead]);
  const planned = await walk(accountId, selection);
  expect(planned.map(({ deliveryId }) => deliveryId)).toEqual([dead.delivery_id]);

  const endsLater = { ...said, started_at: NOON_MS + 1 };
  const redelivered = { delivery_id: dead.delivery_id, event_id: dead.event_id, step: 1 };
  await database.insert(ATTEMPTS, [
    anAttempt({ ...endsLater, ...DEAD }),
    anAttempt({ ...endsLater, ...redelivered }),
  ]);
  expect(await walk(accountId, selection)).toEqual(planned);
});

test('what still comes by itself is told, whatever its cause but the asker’s own and tests, until it is overdue', async () => {
  const accountId = randomUUID();
  const waitsUntil = (next_attempt_at: number, cause = 'event') =>
    anAttempt({ account_id: accountId, cause, verdict: 'RETRY', retry_tier: '1h', next_attempt_at });
  const waiting = waitsUntil(NOON_MS + 3_600_000);
  const redelivered = waitsUntil(NOON_MS + 3_600_000, 'replay:redelivery-1');
  const held = anAttempt({ account_id: accountId, disposition: 'HELD', verdict: 'HOLD', outcome: null });
  const overdue = waitsUntil(NOON_MS + 60_000);
  const all = [
    ...[waiting, redelivered, held, overdue],
    waitsUntil(NOON_MS + 3_600_000, 'test'),
    waitsUntil(NOON_MS + 3_600_000, 'replay:rp_1'),
    anAttempt({ account_id: accountId, ...DEAD }),
    anAttempt({ account_id: accountId }),
  ];
  await database.insert(ATTEMPTS, all);
  const pairs = all.map(({ event_id, endpoint_id, occurred_at }) => ({
    eventId: event_id,
    endpointId: endpoint_id,
    occurredAtMs: occurred_at,
  }));
  const underway = async (overdueBeforeMs: number) =>
    (await history.replays.underway({ accountId }, pairs, 'replay:rp_1', overdueBeforeMs))
      .map(({ eventId }) => eventId)
      .sort();
  const coming = [waiting, redelivered, held].map(({ event_id }) => event_id);
  expect(await underway(NOON_MS + 120_000)).toEqual(coming.toSorted());
  expect(await underway(NOON_MS + 60_000)).toEqual([...coming, overdue.event_id].sort());
});

test('a dead delivery is chosen by the status that it died of, as the groups of dead letters have it', async () => {
  const accountId = randomUUID();
  const said = { account_id: accountId, started_at: NOON_MS };
  const unavailable = { status: 503, headers: {}, body: Buffer.alloc(0), body_truncated: false };
  const refused = anAttempt({ ...said, ...DEAD, response: unavailable });
  const timedOut = anAttempt({ ...said, ...DEAD, outcome: 'timeout', response: null });
  const expired = anAttempt({ ...said, verdict: 'RETRY', response: unavailable });
  const expiry = { ...DEAD, reason: 'expired', step: 1, outcome: null, request: null, response: null };
  await database.insert(ATTEMPTS, [
    refused,
    timedOut,
    expired,
    anAttempt({ ...expired, ...expiry, attempt_id: randomUUID(), started_at: NOON_MS + 1 }),
  ]);

  const groups = await history.deadLetters.groups({ accountId }, {});
  expect(groups).toHaveLength(3);
  for (const { reason, status, sampleDeliveryId } of groups) {
    const chosen = await walk(accountId, {
      ...EVERYTHING,
      states: ['dead'],
      reasons: [reason],
      lastStatuses: [status],
    });
    expect(chosen.map(({ deliveryId }) => deliveryId)).toEqual([sampleDeliveryId]);
  }
  const ofNone = await walk(accountId, { ...EVERYTHING, states: ['dead'], lastStatuses: [0] });
  expect(ofNone.map(({ deliveryId }) => deliveryId).sort()).toEqual(
    [timedOut.delivery_id, expired.delivery_id].sort(),
  );
});

test('the few that are chosen are found among many that only look like them, also a day later', async () => {
  const accountId = randomUUID();
  const said = { account_id: accountId, started_at: NOON_MS };
  const chosen: string[] = [];
  const attempts = Array.from({ length: 90 }, (_, index) => {
    const occurred_at = NOON_MS - 200 + index;
    const first = { ...said, occurred_at, step: 0 };
    if (index % 30 !== 29) {
      const failed = anAttempt({ ...first, verdict: 'RETRY', reason: 'exhausted' });
      return [failed, anAttempt({ ...said, occurred_at, delivery_id: failed.delivery_id, step: 1 })];
    }
    const dead = anAttempt({ ...first, ...DEAD });
    chosen.push(dead.delivery_id);
    return [dead];
  });
  await database.insert(ATTEMPTS, attempts.flat());
  const aDayLater = NOON_MS + 2 * 86_400_000;
  for (const asOfMs of [EVERYTHING.asOfMs, aDayLater]) {
    for (const given of [{ states: ['dead'] }, { reasons: ['exhausted'] }, { states: ['dead', 'pending'] }]) {
      const found = await walk(accountId, { ...EVERYTHING, asOfMs, ...given });
      expect(found.map(({ deliveryId }) => deliveryId)).toEqual(chosen);
    }
    const delivered = { ...EVERYTHING, asOfMs, states: ['delivered'] };
    const { deliveries } = await history.replays.select({ accountId }, delivered, undefined, 100);
    expect(deliveries).toHaveLength(87);
  }
});

test('a walk misses nothing while parts merge between two queries of one look', async () => {
  const accountId = randomUUID();
  const said = { account_id: accountId, started_at: NOON_MS };
  const firsts = Array.from({ length: 40 }, (_, index) =>
    anAttempt({ ...said, occurred_at: NOON_MS - 200 + index, verdict: 'RETRY' }),
  );
  const seconds = firsts.map(({ occurred_at, delivery_id }, index) =>
    anAttempt({ ...said, occurred_at, delivery_id, step: 1, ...(index % 5 === 4 && DEAD) }),
  );
  await database.run('SYSTEM STOP MERGES delivery_troubles');
  // Two rows of each delivery, until they are merged.
  await database.insert(ATTEMPTS, firsts);
  await database.insert(ATTEMPTS, seconds);
  const client = connectForReads(database.options);
  const reader = createReader(client);
  let isMerged = false;
  const merging: Reader = {
    ...reader,
    async rows(...asked) {
      const rows = await reader.rows<never>(...asked);
      if (!isMerged) {
        isMerged = true;
        await database.run('SYSTEM START MERGES delivery_troubles');
        await database.run('OPTIMIZE TABLE delivery_troubles FINAL');
      }
      return rows;
    },
  };
  const { rows } = await selectRows(
    merging,
    { accountId },
    { ...EVERYTHING, states: ['dead'] },
    undefined,
    8,
  );
  const dead = seconds.filter(({ disposition }) => disposition === 'DEAD');
  expect(rows.map(({ id }) => id)).toEqual(dead.map(({ delivery_id }) => delivery_id));
  await client.close();
});

test('a look for what is rare ends after a bounded number of rows, and the next one goes on there', async () => {
  const accountId = randomUUID();
  const dead = anAttempt({ account_id: accountId, started_at: NOON_MS, occurred_at: NOON_MS, ...DEAD });
  await database.insert(ATTEMPTS, [dead]);
  // Each of another time, before it.
  await database.run(`INSERT INTO delivery_troubles (account_id, occurred_at, delivery_id, day, standing)
    SELECT '${accountId}', fromUnixTimestamp64Milli(toInt64(${NOON_MS} - 100000 + number), 'UTC'),
      generateUUIDv4(), toDate(fromUnixTimestamp64Milli(toInt64(${NOON_MS}))), 4
    FROM numbers(60000)`);
  const selection = { ...EVERYTHING, states: ['dead'] };
  const first = await history.replays.select({ accountId }, selection, undefined, 25_000);
  expect(first).toEqual({ deliveries: [], end: expect.anything() });
  const second = await history.replays.select({ accountId }, selection, first.end, 25_000);
  expect(second.deliveries.map(({ deliveryId }) => deliveryId)).toEqual([dead.delivery_id]);
  expect(second.end).toBeUndefined();
});

test('what an endpoint has accepted is told for the asked pairs, of the own account, whatever its cause but a test', async () => {
  const accountId = randomUUID();
  const said = { account_id: accountId };
  const accepted = anAttempt(said);
  const replayed = anAttempt({ ...said, cause: 'replay:rp_1' });
  const tested = anAttempt({ ...said, cause: 'test' });
  const dead = anAttempt({ ...said, ...DEAD });
  const foreign = anAttempt({ account_id: randomUUID() });
  const all = [accepted, replayed, tested, dead, foreign];
  await database.insert(ATTEMPTS, all);

  const pairs = all.map(({ event_id, endpoint_id, occurred_at }) => ({
    eventId: event_id,
    endpointId: endpoint_id,
    occurredAtMs: occurred_at,
  }));
  const other = { ...pairs[0]!, endpointId: 'endpoint-2' };
  const found = await history.replays.delivered({ accountId }, [...pairs, other], 'replay:rp_1');
  expect(new Map(found.map(({ eventId, byItself }) => [eventId, byItself]))).toEqual(
    new Map([
      [accepted.event_id, false],
      [replayed.event_id, true],
    ]),
  );
  expect(found).toHaveLength(2);
});

test('what was delivered, or is under way, is found by a time that no calendar has', async () => {
  const accountId = randomUUID();
  const cause = 'replay:rp_1';
  // Microseconds, and a clock that was never set.
  const attempts = [NOON_MS * 1_000, -5_000].flatMap((occurred_at) => [
    anAttempt({ account_id: accountId, occurred_at }),
    anAttempt({ account_id: accountId, occurred_at, cause, verdict: 'RETRY' }),
  ]);
  await database.insert(ATTEMPTS, attempts);
  const pairs = attempts.map(({ event_id, endpoint_id, occurred_at }) => ({
    eventId: event_id,
    endpointId: endpoint_id,
    occurredAtMs: occurred_at,
  }));
  const idsOf = (found: readonly { eventId: string }[]) => found.map(({ eventId }) => eventId).sort();
  const idsWith = (verdict: string) =>
    attempts.filter((one) => one.verdict === verdict).map(({ event_id }) => event_id);
  const { replays } = history;
  expect(idsOf(await replays.delivered({ accountId }, pairs, cause))).toEqual(idsWith('DELIVERED').sort());
  expect(idsOf(await replays.underway({ accountId }, pairs, 'event', 0))).toEqual(idsWith('RETRY').sort());
});
