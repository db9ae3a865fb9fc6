import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import type { HistoryStore, Scope } from '../history.ts';
import { openHistoryStore } from '../history-store.ts';
import { ATTEMPTS } from '../tables/attempts.ts';
import { EVENTS } from '../tables/events.ts';
import { ROUTES } from '../tables/routes.ts';
import { createHistoryDatabase, type HistoryDatabase } from '../testing/history-database.ts';
import { anAttempt, anEventRow, aRoute, NOON_MS } from '../testing/sample-rows.ts';

/** Everything of the first account, its own part of it, and an account that has that part and nothing else. */
const WHOLE: Scope = { accountId: `account-${randomUUID()}` };
const PART: Scope = {
  ...WHOLE,
  projectIds: ['project-own'],
  channelIds: ['channel-own'],
  endpointIds: ['endpoint-own'],
};
const ALONE: Scope = { accountId: `account-${randomUUID()}` };

const OWN = { project_id: 'project-own', channel_id: 'channel-own', endpoint_id: 'endpoint-own' };

/** One of them is of the part; each of the others is outside of it by one thing alone. */
const DELIVERIES = [
  OWN,
  { ...OWN, project_id: 'project-other' },
  { ...OWN, channel_id: 'channel-other' },
  { ...OWN, endpoint_id: 'endpoint-other' },
].map((of, offset) => ({
  of,
  offset: offset === 3 ? 0 : offset,
  event_id: offset === 3 ? 'event-0' : `event-${offset}`,
  delivery_id: randomUUID(),
}));

const EVENT_IDS = ['event-0', 'event-1', 'event-2'];
const DELIVERY_IDS = DELIVERIES.map(({ delivery_id }) => delivery_id);
const PAIRS = DELIVERIES.map(({ event_id: eventId, of }) => ({
  eventId,
  endpointId: of.endpoint_id,
  occurredAtMs: NOON_MS,
}));
const RANGE = { fromMs: NOON_MS - 60_000, toMs: NOON_MS + 60_000 };
const ALL = {
  asOfMs: NOON_MS + 3_600_000,
  ...{ states: [], lastStatuses: [], reasons: [], endpointIds: [], channelIds: [] },
  ...{ eventTypes: [], publicationIds: [], eventIds: [] },
  ...{ projectId: undefined, fromMs: undefined, toMs: undefined },
};

let database: HistoryDatabase;
let history: HistoryStore;

beforeAll(async () => {
  database = await createHistoryDatabase(inject('stack').clickhouseUrl);
  history = openHistoryStore(database.options);
  await fill(WHOLE.accountId, DELIVERIES);
  await fill(ALONE.accountId, DELIVERIES.slice(0, 1));
});
afterAll(async () => {
  await history.close();
  await database.drop();
});

async function fill(account_id: string, deliveries: typeof DELIVERIES): Promise<void> {
  const byEvent = Map.groupBy(deliveries, ({ event_id }) => event_id);
  const firsts = [...byEvent.values()].map((of) => of[0]!);
  await database.insert(
    EVENTS,
    firsts.map(({ of: { project_id, channel_id }, event_id, offset }) =>
      anEventRow(offset, {
        ...{ account_id, project_id, event_id },
        channel: { id: channel_id, type: 'instagram', name: null },
      }),
    ),
  );
  await database.insert(
    ROUTES,
    firsts.map(({ of: { project_id, channel_id }, event_id, offset }) =>
      aRoute(offset, {
        ...{ account_id, project_id, channel_id, event_id },
        deliveries: byEvent
          .get(event_id)!
          .map(({ of, delivery_id }) => ({ endpoint_id: of.endpoint_id, delivery_id })),
      }),
    ),
  );
  await database.insert(
    ATTEMPTS,
    deliveries.flatMap(({ of, event_id, delivery_id }) => {
      const common = { account_id, ...of, event_id };
      return [
        anAttempt({ ...common, ...sameIds(delivery_id, '0'), verdict: 'DEAD', reason: 'exhausted' }),
        anAttempt({ ...common, ...sameIds(delivery_id, '1'), cause: 'replay:rp_1' }),
        anAttempt({ ...common, ...sameIds(delivery_id, '2'), cause: 'replay:rp_2', verdict: 'RETRY' }),
      ];
    }),
  );
}

/** The same in both accounts; those of cause 0 are the delivery itself. */
function sameIds(deliveryId: string, cause: string): { delivery_id: string; attempt_id: string } {
  const id = cause === '0' ? deliveryId : `${deliveryId.slice(0, -12)}${cause.repeat(12)}`;
  return { delivery_id: id, attempt_id: id };
}

type Reads = Record<string, Record<string, (scope: Scope) => Promise<unknown>>>;

/** Each read of the store, asked for what is of the part and for what is not. */
const READS: Reads = {
  deliveries: {
    list: (scope) =>
      Promise.all([
        history.deliveries.list(scope, { limit: 50 }),
        history.deliveries.list(scope, { limit: 50, state: 'dead', text: 'caption' }),
        history.deliveries.list(scope, { limit: 50, text: 'ok' }),
      ]),
    get: (scope) => Promise.all(DELIVERY_IDS.map((id) => history.deliveries.get(scope, id))),
    facets: (scope) => history.deliveries.facets(scope, RANGE),
    replayed: (scope) => history.deliveries.replayed(scope, PAIRS),
  },
  events: {
    list: (scope) => history.events.list(scope, { limit: 50, includeDeliveries: true }),
    get: (scope) => Promise.all(EVENT_IDS.map((id) => history.events.get(scope, id))),
    evidence: (scope) =>
      Promise.all(
        PAIRS.map(({ eventId, endpointId }) => history.events.evidence(scope, eventId, endpointId)),
      ),
    groups: (scope) => history.events.groups(scope, RANGE),
    contents: (scope) =>
      history.events.contents(
        scope,
        EVENT_IDS.map((eventId) => ({ eventId, occurredAtMs: NOON_MS })),
      ),
  },
  deadLetters: {
    find: (scope) => history.deadLetters.find(scope, DELIVERY_IDS),
    list: (scope) => history.deadLetters.list(scope, { limit: 50 }),
    groups: (scope) => history.deadLetters.groups(scope, {}),
  },
  stats: {
    read: (scope) => history.stats.read(scope, { ...RANGE, bucketMs: 60_000 }),
    endpoints: (scope) => history.stats.endpoints(scope, { ...RANGE, limit: 50 }),
    topFailing: (scope) => history.stats.topFailing(scope, { ...RANGE, limit: 50 }),
  },
  replays: {
    select: (scope) => history.replays.select(scope, ALL, undefined, 50),
    delivered: (scope) => history.replays.delivered(scope, PAIRS, 'replay:rp_1'),
    underway: (scope) => history.replays.underway(scope, PAIRS, 'replay:rp_1', 0),
  },
};

/** Of accounts as a whole. */
const REFUSING: Reads = {
  ledger: {
    read: (scope) => history.ledger.read(scope),
    endpoints: (scope) => history.ledger.endpoints(scope, { limit: 50 }),
    held: (scope) => history.ledger.held(scope, { endpointId: 'endpoint-own', releasedSinceMs: undefined }),
  },
  audit: { list: (scope) => history.audit.list(scope, { limit: 50 }) },
  events: { erasedPublicationOf: (scope) => history.events.erasedPublicationOf(scope, DELIVERY_IDS) },
  stats: { lag: (scope) => history.stats.lag(scope, 50) },
};

/** What belongs to no account; and what nobody is shown, which counts the rows of the scope that it is given. */
const UNSHOWN = ['poison.list', 'ledger.asOf', 'ledger.recount', 'events.keptForDays'];

const named = (reads: Reads) =>
  Object.entries(reads).flatMap(([room, ofRoom]) =>
    Object.entries(ofRoom).map(([read, ask]) => [`${room}.${read}`, ask] as const),
  );

test('every read of the store is asked here', () => {
  const { ping: _, close: __, ...rooms } = history;
  const all = named(rooms as unknown as Reads).map(([name]) => name);
  const asked: string[] = [...named(READS), ...named(REFUSING)].map(([name]) => name);
  expect([...asked, ...UNSHOWN].toSorted()).toEqual(all.toSorted());
});

test.each(named(READS))(
  '%s of a part of an account is as if the account had nothing else',
  async (_, ask) => {
    const [part, alone, whole] = await Promise.all([ask(PART), ask(ALONE), ask(WHOLE)]);
    const told = JSON.stringify(part).replaceAll(WHOLE.accountId, ALONE.accountId);
    expect(JSON.parse(told)).toEqual(JSON.parse(JSON.stringify(alone)));
    // Otherwise it would prove nothing.
    expect(whole).not.toEqual(alone);
  },
);

test.each(named(READS))('%s of a part that is empty finds nothing, and does not fail', async (_, ask) => {
  const [nobody, ...none] = await Promise.all([
    ask({ accountId: `account-${randomUUID()}` }),
    ask({ ...WHOLE, projectIds: [] }),
    ask({ ...WHOLE, channelIds: [] }),
  ]);
  for (const found of none) expect(found).toEqual(nobody);
});

test.each(named(REFUSING))(
  '%s does not count a part of an account as if it were all of it',
  async (_, ask) => {
    for (const part of ['projectIds', 'channelIds', 'endpointIds'] as const) {
      await expect(ask({ ...WHOLE, [part]: ['own'] })).rejects.toThrow(TypeError);
    }
  },
);
