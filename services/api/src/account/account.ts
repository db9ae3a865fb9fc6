import type { DeliverySummary, HistoryStore, Scope } from '@herald/clickhouse/history';
import type { HeldFigures } from '@herald/clickhouse/read/held';
import type { Delivery } from '@herald/domain/delivery';
import type { Endpoint } from '@herald/domain/endpoint';
import type { EventType } from '@herald/domain/event-type';
import type { AsRouted, Forgotten } from '@herald/domain/explain/evidence';
import type { Audited } from '@herald/registry/audit/audited';
import type { Asker, AuditAction, AuditState } from '@herald/registry/audit/entry';
import { type Asked, erasureAsked, orderAsked } from '@herald/registry/audit/orders-asked';
import type { EndpointStatus } from '@herald/registry/endpoint-status';
import type { ConfiguredEndpoint, EndpointTable } from '@herald/registry/endpoint-table';
import type { Change, EndpointWriter, WriteResult } from '@herald/registry/endpoint-writer';
import type { NewReplay, ReplayChanged, ReplayCreated } from '@herald/registry/replay-jobs';
import type { RetryOrder } from '@herald/registry/retry-order';
import type { WantedState } from '@herald/replay/job';
import type { Caller } from '../access/caller.ts';
import {
  redeliveryAsked,
  stateOfErasure,
  stateOfOrder,
  stateOfRedelivery,
  stateOfTest,
  testAsked,
} from '../audit/asked.ts';
import type { Redeliver, Redelivered } from '../deliveries/redeliver.ts';
import type { SendTest, TestSent } from '../endpoint-test/send-test.ts';
import type { EraseHistory, HistoryErased } from '../erasing/erase-history.ts';
import type { ConfigurationLog } from '../explain/configuration-log.ts';
import { type ForgottenSources, readForgotten } from '../explain/forgotten.ts';
import type { Replay } from '../replays/replay-view.ts';
import type { OrderRetries, RetriesOrdered } from '../retries/order-retries.ts';
import type { Tail, TailOpening, TailRequest } from '../tail/tail.ts';
import { type AccountApiKeys, type ApiKeySources, apiKeysOf } from './api-keys-of.ts';
import { type Belongings, belongingsOf } from './belongings.ts';
import { type AccountPortalLinks, type PortalLinkSources, portalLinksOf } from './portal-links-of.ts';
import { type ReplaySources, replaysOf } from './replays-of.ts';

type Bound<Method> = Method extends (scope: Scope, ...rest: infer Rest) => infer Result
  ? (...rest: Rest) => Result
  : never;

/** What of a caller decides what there is for it, and who its changes are put on record for. */
export interface BoundTo extends Pick<Caller, 'accountId' | 'scope' | 'actor'> {
  requestId: string | undefined;
  /** Aborts when nobody waits for what is read of the history. */
  signal: AbortSignal;
}

/** `not_admitted`: it reaches beyond what the caller is limited to. Nothing was written. */
export type ReplayAsked = Named<ReplayCreated> | { kind: 'not_admitted' };

export type ReplayTold = Named<ReplayChanged>;

/** Of the replays that are open, the caller's own are named, and the others counted. */
type Named<R extends { kind: string }> =
  | Exclude<R, { kind: 'too_many' }>
  | (Extract<R, { kind: 'too_many' }> & { others: number });

/**
 * What a caller has of one account: handlers get this and never the tables, so none can reach into another account, or
 * beyond the projects and channels that the caller is limited to. What is not the caller's is as if it did not exist.
 * Whatever changes something puts that on record itself, before and in the name of the caller.
 */
export interface Account {
  id: string;
  endpoints: {
    get(endpointId: string): ConfiguredEndpoint | undefined;
    isUnreadable: Belongings['isUnreadable'];
    list(projectId: string | undefined): ConfiguredEndpoint[];
    /** How many there may be at most, where there is no room for so many more (default 1). */
    fullAt(more?: number): number | undefined;
    searchesFullAt: Belongings['searchesFullAt'];
    status(endpointId: string): EndpointStatus | undefined;
    /** Writes it as this account's, whatever account it names. */
    create(endpoint: Endpoint): Promise<WriteResult>;
    update(
      endpointId: string,
      ifRevision: number | undefined,
      change: Change,
      action?: AuditAction,
    ): Promise<WriteResult>;
    /** As `update`, and asks the log itself where this process does not know of the endpoint: another may just have made it. */
    updateLatest(endpointId: string, change: Change): Promise<WriteResult>;
    delete(endpointId: string, ifRevision: number | undefined): Promise<WriteResult>;
    /** What endpoints were at a revision; unknown for those that were not the caller's then. */
    at: ConfigurationLog['at'];
    /** Of an endpoint that `get` finds. */
    held(endpointId: string, releasedSinceMs: number | undefined): Promise<HeldFigures>;
    /** A made-up event of the type, to this endpoint alone. */
    test(endpointId: string, eventType: EventType): Promise<TestSent | { kind: 'missing' }>;
  };
  deliveries: {
    list: Bound<HistoryStore['deliveries']['list']>;
    get: Bound<HistoryStore['deliveries']['get']>;
    facets: Bound<HistoryStore['deliveries']['facets']>;
    replayed: Bound<HistoryStore['deliveries']['replayed']>;
    /** Only to an endpoint of this account, and only with an event of it. */
    redeliver(delivery: Delivery, of: DeliverySummary): Promise<Redelivered>;
  };
  retries: {
    /** Of an endpoint of this account, in its name. */
    order(endpointId: string, order: Omit<RetryOrder, 'endpointId' | 'accountId'>): Promise<RetriesOrdered>;
  };
  deadLetters: {
    list: Bound<HistoryStore['deadLetters']['list']>;
    groups: Bound<HistoryStore['deadLetters']['groups']>;
    find: Bound<HistoryStore['deadLetters']['find']>;
  };
  events: {
    list: Bound<HistoryStore['events']['list']>;
    get: Bound<HistoryStore['events']['get']>;
    evidence: Bound<HistoryStore['events']['evidence']>;
    /** Of an event of which nothing is on record, as far as its deliveries to these endpoints tell. */
    forgotten(eventId: string, endpointIds: readonly string[]): Promise<Forgotten>;
    groups: Bound<HistoryStore['events']['groups']>;
    contents: Bound<HistoryStore['events']['contents']>;
  };
  ledger: {
    read: Bound<HistoryStore['ledger']['read']>;
    endpoints: Bound<HistoryStore['ledger']['endpoints']>;
    asOf: HistoryStore['ledger']['asOf'];
  };
  stats: {
    read: Bound<HistoryStore['stats']['read']>;
    endpoints: Bound<HistoryStore['stats']['endpoints']>;
    topFailing: Bound<HistoryStore['stats']['topFailing']>;
    lag: Bound<HistoryStore['stats']['lag']>;
  };
  audit: { list: Bound<HistoryStore['audit']['list']> };
  tail: { open(request: TailRequest): TailOpening };
  history: {
    /** Of one publication of this account. */
    erase(publicationId: string, erasedBy: string): Promise<HistoryErased>;
  };
  apiKeys: AccountApiKeys;
  portalLinks: AccountPortalLinks;
  replays: {
    get(replayId: string): Replay | undefined;
    list(): Replay[];
    /** Asks for it as this account's. */
    create(replay: Omit<NewReplay, 'accountId'>): Promise<ReplayAsked>;
    start(replayId: string): Promise<ReplayTold>;
    want(replayId: string, wanted: WantedState): Promise<ReplayTold>;
  };
}

export interface AccountSources {
  table: Pick<EndpointTable, 'get' | 'list' | 'unreadable'>;
  status: { get(endpointId: string): EndpointStatus | undefined };
  writer: Pick<EndpointWriter, 'as'>;
  history: Pick<HistoryStore, 'under'>;
  historyTimeoutMs: number;
  tail: Pick<Tail, 'open'>;
  erasures: ForgottenSources['erasures'];
  sendTest: SendTest;
  eraseHistory: EraseHistory;
  configurations: ConfigurationLog;
  redeliver: Redeliver;
  orderRetries: OrderRetries;
  forgetRetryOrder: (endpointId: string) => Promise<void>;
  replays: ReplaySources;
  portalLinks: PortalLinkSources;
  apiKeys: ApiKeySources;
  audited: Audited;
}

const MISSING: Promise<WriteResult> = Promise.resolve({ kind: 'missing' });
const NO_ENDPOINT: Promise<RetriesOrdered> = Promise.resolve({ kind: 'missing' });
const ENDPOINT_DELETED: Promise<Redelivered> = Promise.resolve({ kind: 'endpoint_deleted' });

export function createAccounts(sources: AccountSources): (caller: BoundTo) => Account {
  const { table, status, historyTimeoutMs, redeliver, orderRetries, tail, configurations, replays } = sources;
  return (caller) => {
    const { accountId, actor, requestId, signal } = caller;
    const history = sources.history.under({ signal, timeoutMs: historyTimeoutMs, accountId });
    const belongings = belongingsOf(caller, table);
    const scope: Scope = belongings.history();
    const asker: Asker = { actor, requestId };
    const writer = sources.writer.as(asker, belongings.admits);
    const audited = <T extends { kind: string }>(
      asked: Asked,
      change: () => Promise<T>,
      stateOf: (result: T) => AuditState,
    ) => sources.audited({ ...asked, accountId, asker }, change, stateOf);
    const own = belongings.endpoint;
    const remove = async (endpointId: string, ifRevision: number | undefined): Promise<WriteResult> => {
      const result = await writer.delete(endpointId, ifRevision);
      // Not waited for: an order for an endpoint that is no more only takes memory.
      if (result.kind === 'written') sources.forgetRetryOrder(endpointId).catch(() => {});
      return result;
    };
    return {
      id: accountId,
      endpoints: {
        get: own,
        isUnreadable: belongings.isUnreadable,
        list: belongings.endpoints,
        fullAt: belongings.fullAt,
        searchesFullAt: belongings.searchesFullAt,
        status: (endpointId) => (own(endpointId) ? status.get(endpointId) : undefined),
        create: (endpoint) => writer.create({ ...endpoint, accountId }),
        update: (endpointId, ifRevision, change, action) =>
          own(endpointId) ? writer.update(endpointId, ifRevision, change, action) : MISSING,
        updateLatest: (endpointId, change) => writer.update(endpointId, undefined, change),
        delete: (endpointId, ifRevision) => (own(endpointId) ? remove(endpointId, ifRevision) : MISSING),
        at: async (revision, endpointIds) =>
          ownOnly(belongings, await configurations.at(revision, endpointIds)),
        held: (endpointId, releasedSinceMs) => {
          if (!own(endpointId)) throw new TypeError(`${endpointId} is not the caller's`);
          // The ledger is of the whole account: what of it is the caller's, the endpoint says.
          return history.ledger.held({ accountId }, { endpointId, releasedSinceMs });
        },
        test: async (endpointId, eventType) => {
          const configured = own(endpointId);
          if (!configured) return { kind: 'missing' };
          const asked = testAsked(endpointId, eventType);
          return sources.sendTest(configured, eventType, (send) => audited(asked, send, stateOfTest));
        },
      },
      deliveries: {
        list: (query) => history.deliveries.list(scope, query),
        get: (deliveryId) => history.deliveries.get(scope, deliveryId),
        facets: (query) => history.deliveries.facets(scope, query),
        replayed: (of) => history.deliveries.replayed(scope, of),
        redeliver: (delivery, of) =>
          own(delivery.endpointId)
            ? redeliver(scope, delivery, of, (send) =>
                audited(redeliveryAsked(delivery, of), send, stateOfRedelivery),
              )
            : ENDPOINT_DELETED,
      },
      retries: {
        order: (endpointId, order) =>
          own(endpointId)
            ? audited(
                orderAsked(endpointId, order),
                () => orderRetries({ ...order, endpointId, accountId }),
                stateOfOrder,
              )
            : NO_ENDPOINT,
      },
      deadLetters: {
        list: (query) => history.deadLetters.list(scope, query),
        groups: (filter) => history.deadLetters.groups(scope, filter),
        find: (deliveryIds) => history.deadLetters.find(scope, deliveryIds),
      },
      events: {
        list: (query) => history.events.list(scope, query),
        get: (eventId) => history.events.get(scope, eventId),
        evidence: (eventId, endpointId) => history.events.evidence(scope, eventId, endpointId),
        forgotten: (eventId, endpointIds) =>
          readForgotten({ history, erasures: sources.erasures }, scope, eventId, endpointIds),
        groups: (range) => history.events.groups(scope, range),
        contents: (events) => history.events.contents(scope, events),
      },
      ledger: {
        read: () => history.ledger.read(scope),
        endpoints: (query) => history.ledger.endpoints(scope, query),
        asOf: () => history.ledger.asOf(),
      },
      stats: {
        read: (query) => history.stats.read(scope, query),
        endpoints: (query) => history.stats.endpoints(scope, query),
        topFailing: (query) => history.stats.topFailing(scope, query),
        lag: (limit) => history.stats.lag(scope, limit),
      },
      audit: { list: (query) => history.audit.list(scope, query) },
      tail: { open: (request) => tail.open({ accountId, sees: belongings.sees }, request) },
      history: {
        erase: (publicationId, erasedBy) =>
          sources.eraseHistory(scope, publicationId, erasedBy, (erase) =>
            audited(erasureAsked(accountId, publicationId), erase, stateOfErasure),
          ),
      },
      apiKeys: apiKeysOf(accountId, sources.apiKeys, asker),
      portalLinks: portalLinksOf(caller, sources.portalLinks, asker),
      replays: replaysOf(
        caller,
        belongings,
        { ...replays, erasures: sources.erasures },
        replays.writer.as(asker),
      ),
    };
  };
}

function ownOnly(
  { admits }: Belongings,
  found: ReadonlyMap<string, AsRouted>,
): ReadonlyMap<string, AsRouted> {
  const isForeign = (as: AsRouted) => as.kind === 'known' && !admits(as.endpoint);
  return new Map([...found].map(([id, as]) => [id, isForeign(as) ? { kind: 'forgotten' } : as]));
}
