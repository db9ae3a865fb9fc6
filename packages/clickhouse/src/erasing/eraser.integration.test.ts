import { randomUUID } from 'node:crypto';
import type { DeliveryAttempt } from '@herald/contracts/generated/delivery-attempt';
import { covers, type Erasure } from '@herald/domain/erasure';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { ATTEMPTS } from '../tables/attempts.ts';
import { ERASED_ATTEMPTS, ERASED_EVENTS, ERASED_ROUTES } from '../tables/erased.ts';
import { EVENTS, type EventRow } from '../tables/events.ts';
import { ROUTES } from '../tables/routes.ts';
import type { Table } from '../tables/table.ts';
import { createHistoryDatabase, type HistoryDatabase } from '../testing/history-database.ts';
import { anAttempt, anEventRow, aRoute } from '../testing/sample-rows.ts';
import { type Eraser, openEraser } from './eraser.ts';

const url = inject('stack').clickhouseUrl;
let database: HistoryDatabase;
let eraser: Eraser;

beforeAll(async () => {
  database = await createHistoryDatabase(url);
  eraser = openEraser(database.options);
});
afterAll(async () => {
  await eraser?.close();
  await database?.drop();
});

interface Story {
  event: EventRow;
  route: ReturnType<typeof aRoute>;
  attempts: DeliveryAttempt[];
}

/** An event with its routing to two endpoints, and two attempts of each delivery; one was delivered, and one died. */
function storyOf(accountId: string, publicationId: string, offset: number): Story {
  const eventId = randomUUID();
  const owner = { account_id: accountId, publication_id: publicationId, event_id: eventId };
  const deliveries = ['endpoint-1', 'endpoint-2'].map((endpoint_id) => ({
    endpoint_id,
    delivery_id: randomUUID(),
  }));
  return {
    event: anEventRow(offset, owner),
    route: aRoute(offset, { ...owner, deliveries }),
    attempts: deliveries.flatMap(({ endpoint_id, delivery_id }) =>
      (['RETRY', endpoint_id === 'endpoint-1' ? 'DELIVERED' : 'DEAD'] as const).map((verdict, step) =>
        anAttempt({
          ...owner,
          endpoint_id,
          delivery_id,
          step,
          verdict,
          origin_partition: 0,
          origin_offset: offset,
        }),
      ),
    ),
  };
}

/** The same event accepted again: it leads to the same deliveries. */
function acceptedAgain({ event, route, attempts }: Story, offset: number): Story {
  return {
    event: { ...event, offset },
    route: { ...route, origin_offset: offset },
    attempts: attempts.map((attempt) => ({
      ...attempt,
      attempt_id: randomUUID(),
      origin_offset: offset,
      response: { ...attempt.response!, body: Buffer.from('anew') },
    })),
  };
}

async function record(stories: readonly Story[], isErased = false): Promise<void> {
  const [events, routes, attempts]: [Table<EventRow>, typeof ROUTES, typeof ATTEMPTS] = isErased
    ? [ERASED_EVENTS, ERASED_ROUTES, ERASED_ATTEMPTS]
    : [EVENTS, ROUTES, ATTEMPTS];
  await database.insert(
    events,
    stories.map(({ event }) => event),
  );
  await database.insert(
    routes,
    stories.map(({ route }) => route),
  );
  await database.insert(
    attempts,
    stories.flatMap((story) => story.attempts),
  );
}

/** Every table that has an id of an account, a publication, an event or a delivery, and how many rows each holds. */
async function rowsWith(column: string, ids: readonly string[]): Promise<Record<string, number>> {
  const tables = await database.ask<{ table: string }>(
    `SELECT table FROM system.columns WHERE database = currentDatabase() AND name = '${column}'
      AND table IN (SELECT name FROM system.tables WHERE database = currentDatabase() AND engine LIKE '%MergeTree')`,
  );
  const list = ids.map((id) => `'${id}'`).join(', ');
  const counted: Record<string, number> = {};
  for (const { table } of tables) {
    const [found] = await database.ask<{ rows: number }>(
      `SELECT count() AS rows FROM ${table} WHERE toString(${column}) IN (${list})`,
    );
    if (found!.rows > 0) counted[table] = found!.rows;
  }
  return counted;
}

const entries = (accountId: string) =>
  database.ask(`SELECT origin_partition, origin_offset, delivery_id, endpoint_id, marks, first_at, standing
    FROM ledger_entries FINAL WHERE account_id = '${accountId}' ORDER BY ALL`);

function erasureOf(said: Partial<Erasure>): Erasure {
  return {
    accountId: 'acme',
    publicationId: undefined,
    erasedAtMs: Date.now(),
    eventEnds: [1_000_000],
    erasedBy: 'test',
    ...said,
  };
}

test('an erased publication is in no table any more, others are untouched, and the ledger has all its entries', async () => {
  const [gone, kept] = [storyOf('acme', 'gone', 10), storyOf('acme', 'kept', 11)];
  const stranger = storyOf('stranger', 'gone', 12);
  const later = storyOf('acme', 'gone', 500);
  await record([gone, kept, stranger, later]);
  // What is inserted twice is erased twice.
  await record([gone]);
  await database.run(`CREATE TABLE somebody_elses ENGINE = MergeTree ORDER BY delivery_id
    AS SELECT account_id, delivery_id FROM delivery_moments`);
  const before = await entries('acme');
  const erasure = erasureOf({ publicationId: 'gone', eventEnds: [500] });
  expect(await eraser.erase(erasure)).toEqual({ events: 1, routes: 1, attempts: 4 });
  expect(await eraser.erase(erasure)).toEqual({ events: 0, routes: 0, attempts: 0 });

  const deliveryIds = gone.attempts.map(({ delivery_id }) => delivery_id);
  expect(await rowsWith('event_id', [gone.route.event_id])).toEqual({});
  expect(Object.keys(await rowsWith('delivery_id', deliveryIds)).sort()).toEqual([
    'erased_deliveries',
    'ledger_entries',
    'somebody_elses',
  ]);
  for (const { route, attempts } of [kept, stranger, later]) {
    expect(await rowsWith('event_id', [route.event_id])).toMatchObject({ events: 1, routes: 1, attempts: 4 });
    expect(
      await rowsWith(
        'delivery_id',
        attempts.map(({ delivery_id }) => delivery_id),
      ),
    ).toMatchObject({
      delivery_moments: 6,
      delivery_deaths: 1,
    });
  }
  expect(await entries('acme')).toEqual(before);

  await eraser.purge();
  expect(
    await database.ask(
      'SELECT table FROM system.parts WHERE database = currentDatabase() AND active AND has_lightweight_delete',
    ),
  ).toEqual([]);
});

test('what comes again of an erased account leaves the same entries in the ledger and nothing else', async () => {
  const stories = [storyOf('forgotten', 'a', 20), storyOf('forgotten', 'b', 21)];
  await record(stories);
  const before = await entries('forgotten');
  const erasure = erasureOf({ accountId: 'forgotten' });
  expect(await eraser.erase(erasure)).toEqual({ events: 2, routes: 2, attempts: 8 });
  expect(
    covers(erasure, {
      accountId: 'forgotten',
      publicationId: 'a',
      origin: { topic: 'publication.events', partition: 0, offset: 20 },
    }),
  ).toBe(true);

  await database.run('TRUNCATE TABLE ledger_entries');
  await record(stories, true);
  expect(await entries('forgotten')).toEqual(before);
  expect(Object.keys(await rowsWith('account_id', ['forgotten'])).sort()).toEqual([
    'erased_deliveries',
    'ledger_entries',
  ]);
});

test('what is accepted again after an erasure stays whole, however often that is repeated', async () => {
  const gone = storyOf('returning', 'a', 10);
  const again = acceptedAgain(gone, 500);
  const erasure = erasureOf({ accountId: 'returning', publicationId: 'a', eventEnds: [100] });
  await record([gone]);
  await eraser.erase(erasure);
  await record([again]);
  await eraser.erase(erasure);

  const deliveryIds = gone.attempts.map(({ delivery_id }) => delivery_id);
  const whole = {
    ...{ attempts: 4, answers: 4 },
    ...{ delivery_moments: 6, delivery_days: expect.any(Number), delivery_deaths: 1 },
  };
  expect(await rowsWith('delivery_id', deliveryIds)).toMatchObject(whole);

  // Beside it, what is erased goes to the last answer.
  await record([gone]);
  await eraser.erase(erasure);
  expect(await rowsWith('delivery_id', deliveryIds)).toMatchObject(whole);
});

test('an account that has nothing but tests is erased with them, and those that follow are another matter', async () => {
  const tested = (atMs: number) =>
    anAttempt({
      account_id: 'testing',
      cause: 'test',
      origin_topic: 'test',
      origin_partition: 0,
      origin_offset: atMs,
    });
  const [before, after] = [tested(1_000), tested(1_001)];
  await database.insert(ATTEMPTS, [before, after]);
  const erasure = erasureOf({ accountId: 'testing', erasedAtMs: 1_000, eventEnds: [] });
  expect(await eraser.erase(erasure)).toEqual({ events: 0, routes: 0, attempts: 1 });
  expect(Object.keys(await rowsWith('delivery_id', [before.delivery_id])).sort()).toEqual([
    'erased_deliveries',
    'ledger_entries',
  ]);
  expect(await rowsWith('delivery_id', [after.delivery_id])).toMatchObject({ attempts: 1, answers: 1 });
});

test('parts of a mutation make their own sets: with shared ones they wait for each other, now and then for ever', async () => {
  const [setting] = await database.ask<{ value: string }>(
    "SELECT value FROM system.settings WHERE name = 'enable_sharing_sets_for_mutations'",
  );
  expect(setting).toEqual({ value: '0' });
});
