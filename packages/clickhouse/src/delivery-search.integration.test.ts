import { randomUUID } from 'node:crypto';
import type { DeliveryAttempt } from '@herald/contracts/generated/delivery-attempt';
import type { RouteRecord } from '@herald/contracts/generated/route-record';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { type DeliveryState, stateAfter, stateOf } from './delivery-state.ts';
import type { DeliveryQuery, HistoryStore, Scope } from './history.ts';
import { openHistoryStore } from './history-store.ts';
import { ATTEMPTS } from './tables/attempts.ts';
import { EVENTS, type EventRow } from './tables/events.ts';
import { ROUTES } from './tables/routes.ts';
import { createHistoryDatabase, type HistoryDatabase } from './testing/history-database.ts';
import { anAttempt, anEvent, anEventRow, aRoute, NOON_MS } from './testing/sample-rows.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const EVENTS_OF_PAST = 150;
const WORDS = ['amber', 'birch', 'École', 'dune'] as const;
const STATUSES = [200, 204, 404, 500, 503] as const;
const ERRORS = ['timeout', 'refused'] as const;

const scope = { accountId: `account-${randomUUID()}` };
let database: HistoryDatabase;
let history: HistoryStore;
let past: Modelled[];

/** A delivery, and what a search must know of it, kept without a database. */
interface Modelled {
  place: readonly [occurredAtMs: number, deliveryId: string];
  projectId: string;
  channelId: string;
  endpointId: string;
  eventId: string;
  eventType: string;
  publicationId: string;
  state: DeliveryState;
  statuses: number[];
  errors: string[];
  eventWords: string[];
  answers: string[][];
}

beforeAll(async () => {
  database = await createHistoryDatabase(inject('stack').clickhouseUrl);
  history = openHistoryStore({ ...database.options, now: () => NOON_MS + HOUR_MS });
  past = await writePast(1);
});
afterAll(async () => {
  await history.close();
  await database.drop();
});

const filter: fc.Arbitrary<Omit<DeliveryQuery, 'limit' | 'cursor'>> = fc.record(
  {
    projectId: fc.constantFrom('project-0', 'project-1', 'none'),
    channelId: fc.constantFrom('channel-0', 'channel-1'),
    endpointId: fc.constantFrom('endpoint-0', 'endpoint-1', 'endpoint-2'),
    state: fc.constantFrom<DeliveryState>('pending', 'waiting', 'held', 'dead', 'delivered'),
    status: fc.constantFrom(2, 4, 5, 503, 404, 418),
    outcome: fc.constantFrom('response', 'timeout', 'refused', 'dns'),
    eventType: fc.constantFrom('publication.published', 'publication.failed'),
    text: fc.constantFrom('amber', 'AMBER dune', 'cedar', 'nothing'),
    publicationId: fc.constantFrom('publication-3', 'publication-77'),
    fromMs: fc.integer({ min: 0, max: 5 }).map((days) => NOON_MS - days * DAY_MS),
    toMs: fc.integer({ min: 0, max: 5 }).map((days) => NOON_MS - days * DAY_MS),
  },
  { requiredKeys: [] },
);

test('a walk by any filters and page size gives each delivery that matches once, in order', async () => {
  await fc.assert(
    fc.asyncProperty(
      filter.filter((one) => Object.keys(one).length <= 4),
      fc.constantFrom(60, 200),
      async (query, limit) => {
        expect((await walk(scope, query, limit)).flat()).toEqual(
          past.filter((one) => matches(one, query)).map(({ place }) => place[1]),
        );
      },
    ),
    {
      numRuns: 40,
      examples: [
        [{}, 200],
        [{ state: 'delivered', status: 503 }, 60],
        [{ text: 'cedar' }, 60],
      ],
    },
  );
});

test('words that thousands of events say, or hundreds in one millisecond, lead to each delivery once', async () => {
  const many = { accountId: `account-${randomUUID()}` };
  const sent = await writeCommonWords(many.accountId);
  const [first, ...others] = await walk(many, { text: 'common' }, 60);
  expect(first).toHaveLength(60);
  expect([first, ...others].flat().sort()).toEqual(sent('endpoint-0', 'endpoint-1').sort());
  for (const limit of [60, 200]) {
    const toOne = (await walk(many, { text: 'common', endpointId: 'endpoint-1' }, limit)).flat();
    expect(toOne.sort()).toEqual(sent('endpoint-1').sort());
  }
  expect((await walk(many, { text: 'crowd' }, 60)).flat().sort()).toEqual(sent('endpoint-2').sort());
});

test('as many words as a search can hold are all looked for', async () => {
  const talker = { accountId: `account-${randomUUID()}` };
  const words = Array.from({ length: 100 }, (_, index) => `w${index}`);
  const said = anEvent({ account_id: talker.accountId }).content;
  const row = anEventRow(90_000, {
    account_id: talker.accountId,
    event_id: 'talked',
    content: { ...said, caption: words.join(' ') },
  });
  await database.insert(EVENTS, [row]);
  const deliveries = [{ endpoint_id: 'endpoint-1', delivery_id: randomUUID() }];
  await database.insert(ROUTES, [
    aRoute(90_000, { account_id: talker.accountId, event_id: 'talked', deliveries }),
  ]);
  const found = (text: string) => walk(talker, { text }, 10);
  expect((await found(words.join(' '))).flat()).toEqual([deliveries[0]!.delivery_id]);
  for (const at of [0, 70, 99]) expect((await found(words.with(at, 'unsaid').join(' '))).flat()).toEqual([]);
});

test.each(['delivery_moments', 'delivery_days', 'delivery_troubles', 'delivery_deaths'])(
  'parts of %s that have nothing of a time are left out before their indexes are opened',
  async (table) => {
    const plan = await database.ask<{ explain: string }>(`
      EXPLAIN indexes = 1
      SELECT delivery_id FROM ${table}
      WHERE occurred_at < fromUnixTimestamp64Milli(${NOON_MS - 3 * DAY_MS}, 'UTC')`);
    const lines = plan.map(({ explain }) => explain.trim());
    const parts = lines.slice(lines.indexOf('Min-Max')).find((line) => line.startsWith('Parts: '));
    const [left, all] = parts!.slice('Parts: '.length).split('/').map(Number);
    expect(left).toBeGreaterThan(0);
    expect(left).toBeLessThan(all!);
  },
);

/** The ids on each page, to the end. */
async function walk(
  of: Scope,
  query: Omit<DeliveryQuery, 'limit' | 'cursor'>,
  limit: number,
): Promise<string[][]> {
  const pages: string[][] = [];
  for (let cursor: string | undefined; ; ) {
    const page = await history.deliveries.list(of, { ...query, limit, cursor });
    if (page.kind !== 'page') throw new Error(page.reason);
    expect(page.items.length).toBeLessThanOrEqual(limit);
    pages.push(page.items.map(({ deliveryId }) => deliveryId));
    cursor = page.nextCursor;
    if (cursor === undefined) return pages;
  }
}

/**
 * More events of some hours than a search names, few of which were to be delivered; and as many deliveries in one
 * millisecond. Resolves with what tells the deliveries to endpoints.
 */
async function writeCommonWords(account_id: string) {
  const events: EventRow[] = [];
  const routes: RouteRecord[] = [];
  const write = (index: number, occurred_at: number, caption: string, endpoints: string[]) => {
    const of = { account_id, event_id: randomUUID(), occurred_at, project_id: 'project-0' };
    events.push(
      anEventRow(10_000 + index, {
        ...of,
        content: { media_type: 'VIDEO', title: null, caption, media_urls: [] },
      }),
    );
    const deliveries = endpoints.map((endpoint_id) => ({ endpoint_id, delivery_id: randomUUID() }));
    if (deliveries.length > 0) routes.push(aRoute(10_000 + index, { ...of, deliveries }));
  };
  for (let index = 0; index < 3_400; index++) {
    const to = index % 100 === 0 ? ['endpoint-0', 'endpoint-1'] : index % 20 === 0 ? ['endpoint-0'] : [];
    write(index, NOON_MS - index * 10_000, 'common', to);
  }
  for (let index = 0; index < 300; index++) write(3_400 + index, NOON_MS, 'crowd', ['endpoint-2']);
  await database.insert(EVENTS, events);
  await database.insert(ROUTES, routes);
  return (...to: string[]) =>
    routes.flatMap(({ deliveries }) =>
      deliveries.filter(({ endpoint_id }) => to.includes(endpoint_id)).map(({ delivery_id }) => delivery_id),
    );
}

function matches(one: Modelled, query: Omit<DeliveryQuery, 'limit' | 'cursor'>): boolean {
  const { status, outcome, text } = query;
  const words = text?.toLowerCase().split(' ');
  return (
    (['projectId', 'channelId', 'endpointId', 'eventType', 'publicationId', 'state'] as const).every(
      (key) => query[key] === undefined || query[key] === one[key],
    ) &&
    one.place[0] >= (query.fromMs ?? 0) &&
    one.place[0] < (query.toMs ?? Number.POSITIVE_INFINITY) &&
    (status === undefined || one.statuses.some((is) => is === status || Math.floor(is / 100) === status)) &&
    (outcome === undefined ||
      (outcome === 'response' ? one.statuses.length > 0 : one.errors.includes(outcome))) &&
    (words === undefined ||
      [one.eventWords, ...one.answers].some((said) => words.every((word) => said.includes(word))))
  );
}

/** Some days of events, of up to three deliveries with up to three attempts each, in pieces, some of them twice. */
async function writePast(seed: number): Promise<Modelled[]> {
  const draw = seeded(seed);
  const modelled: Modelled[] = [];
  const events: EventRow[] = [];
  const routes: RouteRecord[] = [];
  const attempts: DeliveryAttempt[] = [];
  for (let offset = 0; offset < EVENTS_OF_PAST; offset++) {
    const words = WORDS.filter((_, index) => draw(index === 0 ? 10 : 4) === 0);
    const common = {
      account_id: scope.accountId,
      event_id: randomUUID(),
      occurred_at: NOON_MS - draw(5) * DAY_MS - draw(50) * 1_000,
      project_id: `project-${draw(2)}`,
      publication_id: `publication-${draw(100)}`,
    };
    const type = draw(5) === 0 ? 'FAILED' : 'PUBLISHED';
    const channel_id = `channel-${draw(2)}`;
    const of = { ...common, channel_id, event_type: `publication.${type.toLowerCase()}` };
    const row = anEventRow(offset, {
      ...common,
      event_type: type,
      channel: { id: channel_id, type: 'instagram', name: null },
      content: { media_type: 'VIDEO', title: null, caption: words.join('\n'), media_urls: [] },
    });
    events.push(row);
    const deliveries = Array.from({ length: 1 + draw(3) }, (_, index) => ({
      endpoint_id: `endpoint-${index}`,
      delivery_id: randomUUID(),
    }));
    routes.push(aRoute(offset, { ...of, deliveries }));
    for (const to of deliveries) {
      const made = Array.from({ length: draw(4) }, (_, step) =>
        drawAttempt(draw, { ...of, ...to, step, started_at: of.occurred_at + step * 9 * HOUR_MS }),
      );
      attempts.push(...made);
      modelled.push(modelOf({ ...of, ...to }, words, made));
    }
  }
  const pieces = Array.from({ length: 4 }, (_, piece) => attempts.filter((_, at) => at % 4 === piece));
  await database.insert(ATTEMPTS, pieces[3]!);
  await database.insert(EVENTS, events);
  await database.insert(ROUTES, routes);
  for (const piece of [pieces[1]!, pieces[0]!, pieces[2]!, pieces[1]!])
    await database.insert(ATTEMPTS, piece);
  const order = await database.ask<{ id: string }>(
    `SELECT toString(delivery_id) AS id FROM delivery_days GROUP BY occurred_at, delivery_id ORDER BY occurred_at DESC, delivery_id DESC`,
  );
  const rank = new Map(order.map(({ id }, index) => [id, index]));
  return modelled.sort((a, b) => b.place[0] - a.place[0] || rank.get(a.place[1])! - rank.get(b.place[1])!);
}

function drawAttempt(draw: (below: number) => number, of: Partial<DeliveryAttempt>): DeliveryAttempt {
  if (draw(10) === 0) {
    return anAttempt({
      ...of,
      disposition: 'HELD',
      verdict: 'HOLD',
      outcome: null,
      request: null,
      response: null,
    });
  }
  const verdict = (['RETRY', 'RETRY', 'DELIVERED', 'DEAD'] as const)[draw(4)]!;
  if (draw(4) === 0) {
    const outcome = ERRORS[draw(2)]!;
    return anAttempt({ ...of, verdict, outcome, error_message: `birch ${outcome}`, response: null });
  }
  const status = STATUSES[draw(5)]!;
  const body = Buffer.from(`{"said":"${WORDS[draw(4)]!}"}`);
  return anAttempt({ ...of, verdict, response: { status, headers: {}, body, body_truncated: false } });
}

function modelOf(
  of: Record<'delivery_id' | 'endpoint_id' | 'project_id' | 'channel_id' | 'event_id', string> & {
    occurred_at: number;
    event_type: string;
    publication_id: string;
  },
  eventWords: string[],
  made: readonly DeliveryAttempt[],
): Modelled {
  const moments = made.map(({ disposition, verdict, step }) => ({
    state: stateAfter(disposition, verdict),
    step,
  }));
  return {
    place: [of.occurred_at, of.delivery_id],
    projectId: of.project_id,
    channelId: of.channel_id,
    endpointId: of.endpoint_id,
    eventId: of.event_id,
    eventType: of.event_type,
    publicationId: of.publication_id,
    state: stateOf([{ state: 'pending', step: -1 }, ...moments]),
    statuses: made.flatMap(({ response }) => response?.status ?? []),
    errors: made.flatMap(({ outcome }) => (outcome === null || outcome === 'response' ? [] : outcome)),
    eventWords: eventWords.map((word) => word.toLowerCase()),
    answers: made.map(({ response, error_message }) =>
      `${response?.body ?? ''} ${error_message ?? ''}`.toLowerCase().split(/[^\p{L}]+/u),
    ),
  };
}

/** Numbers below a bound, always the same ones. */
function seeded(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}
