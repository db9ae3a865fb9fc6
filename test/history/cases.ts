import type { DeliveryQuery, EventQuery, HistoryStore, Listing, Scope } from '@herald/clickhouse/history';
import type { DeadLetterFilter } from '@herald/clickhouse/read/dead-letters';
import { COMMON_WORD, DAYS, LARGEST_ACCOUNT, RARE_WORD, SMALLEST_ACCOUNT } from './world.ts';

/** A list as a reader would ask for it. */
export interface Case {
  name: string;
  page(cursor: string | undefined, limit: number): Promise<Listing<unknown>>;
}

const LARGEST: Scope = { accountId: LARGEST_ACCOUNT };
const SMALLEST: Scope = { accountId: SMALLEST_ACCOUNT };
const DAY_MS = 86_400_000;

type DeliveryFilter = Omit<DeliveryQuery, 'limit' | 'cursor'>;
type EventFilter = Omit<EventQuery, 'limit' | 'cursor'>;

/** What the database has, to ask for. */
export interface Samples {
  untilMs: number;
  publicationId: string;
  eventId: string;
  deliveryId: string;
  /** Of a delivery that was attempted by the whole schedule, over days. */
  longDeliveryId: string;
}

export function casesOf(history: HistoryStore, samples: Samples): Case[] {
  const { publicationId, eventId, deliveryId, longDeliveryId, untilMs } = samples;
  const deliveries = (name: string, filter: DeliveryFilter, scope = LARGEST): Case => ({
    name: `deliveries ${name}`,
    page: (cursor, limit) => history.deliveries.list(scope, { ...filter, cursor, limit }),
  });
  const events = (name: string, filter: EventFilter, scope = LARGEST): Case => ({
    name: `events ${name}`,
    page: (cursor, limit) => history.events.list(scope, { ...filter, cursor, limit }),
  });
  const deadLetters = (name: string, filter: DeadLetterFilter): Case => ({
    name: `dead letters ${name}`,
    page: (cursor, limit) => history.deadLetters.list(LARGEST, { ...filter, cursor, limit }),
  });
  const one = (name: string, get: () => Promise<unknown>): Case => ({
    name,
    page: async () => ({ kind: 'page', items: (await get()) ? [1] : [], nextCursor: undefined }),
  });
  const anHour = { fromMs: untilMs - 5 * DAY_MS, toMs: untilMs - 5 * DAY_MS + 3_600_000 };
  return [
    deliveries('all', {}),
    deliveries('of a small account', {}, SMALLEST),
    deliveries('of a large project', { projectId: 'project-1-0' }),
    deliveries('of a small project', { projectId: 'project-1-49' }),
    deliveries('to a large endpoint', { endpointId: 'endpoint-1-0' }),
    deliveries('to a small endpoint', { endpointId: 'endpoint-1-499' }),
    deliveries('to an endpoint that is not there', { endpointId: 'none' }),
    deliveries('delivered', { state: 'delivered' }),
    deliveries('dead', { state: 'dead' }),
    deliveries('waiting', { state: 'waiting' }),
    deliveries('held', { state: 'held' }),
    deliveries('pending', { state: 'pending' }),
    deliveries('of a rare type', { eventType: 'publication.deleted' }),
    deliveries('of a small channel', { channelId: 'channel-1-49-2' }),
    deliveries('answered 5xx', { status: 5 }),
    deliveries('answered 503', { status: 503 }),
    deliveries('answered 418, which none was', { status: 418 }),
    deliveries('that timed out', { outcome: 'timeout' }),
    deliveries('that ended in a rare error', { outcome: 'protocol' }),
    deliveries('with a common word in the payload', { text: COMMON_WORD }),
    deliveries('with a rare word in the payload', { text: RARE_WORD }),
    deliveries('with a word that nothing has', { text: 'absent' }),
    deliveries('with a common word in the answer', { text: 'received' }),
    deliveries('with a word in the error', { text: 'unreachable' }),
    deliveries('of a publication', { publicationId }),
    deliveries('of an event', { eventId }),
    deliveries('of an hour', anHour),
    deliveries('dead, of a small project', { state: 'dead', projectId: 'project-1-49' }),
    deliveries('waiting, of a rare type, to a large endpoint', {
      state: 'waiting',
      eventType: 'publication.deleted',
      endpointId: 'endpoint-1-0',
    }),
    deliveries('of a rare type, of a small channel', {
      channelId: 'channel-1-49-2',
      eventType: 'publication.deleted',
    }),
    deliveries('of a rare type, to a small endpoint', {
      endpointId: 'endpoint-1-499',
      eventType: 'publication.deleted',
    }),
    deliveries('of a rare type, delivered, that timed out once', {
      eventType: 'publication.deleted',
      state: 'delivered',
      outcome: 'timeout',
    }),
    deliveries('with a rare word, dead', { text: RARE_WORD, state: 'dead' }),
    deliveries('delivered, to a small endpoint, a week ago', {
      state: 'delivered',
      endpointId: 'endpoint-1-499',
      toMs: untilMs - (DAYS / 2) * DAY_MS,
    }),
    deliveries('delivered, that timed out once, of a large project', {
      state: 'delivered',
      outcome: 'timeout',
      projectId: 'project-1-0',
    }),
    deliveries('waiting, answered 5xx, to a small endpoint', {
      state: 'waiting',
      status: 5,
      endpointId: 'endpoint-1-499',
    }),
    deliveries('with a common word, dead, of a small project', {
      text: COMMON_WORD,
      state: 'dead',
      projectId: 'project-1-49',
    }),
    deliveries('with two words, to a large endpoint', {
      text: `${COMMON_WORD} quota`,
      endpointId: 'endpoint-1-0',
    }),
    deadLetters('all', {}),
    deadLetters('of a reason', { reason: 'exhausted' }),
    deadLetters('of a reason, to a large endpoint', { reason: 'exhausted', endpointId: 'endpoint-1-0' }),
    one('groups of dead letters', () => history.deadLetters.groups(LARGEST, {})),
    one('one delivery', () => history.deliveries.get(LARGEST, deliveryId)),
    one('one delivery of twelve attempts, over days', () => history.deliveries.get(LARGEST, longDeliveryId)),
    one('one event', () => history.events.get(LARGEST, eventId)),
    events('all', {}),
    events('of a small account', {}, SMALLEST),
    events('of a large project', { projectId: 'project-1-0' }),
    events('of a small project', { projectId: 'project-1-49' }),
    events('of a small channel', { channelId: 'channel-1-49-2' }),
    events('of a rare type', { eventType: 'publication.deleted' }),
    events('of a publication', { publicationId }),
    events('of an hour', anHour),
    events('of a rare type, of a small channel', {
      channelId: 'channel-1-49-2',
      eventType: 'publication.deleted',
    }),
  ];
}
