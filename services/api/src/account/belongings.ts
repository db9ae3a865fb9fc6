import type { Scope } from '@herald/clickhouse/history';
import type { DeliveryAttempt } from '@herald/contracts/generated/delivery-attempt';
import type { Endpoint } from '@herald/domain/endpoint';
import type { Filter } from '@herald/domain/filter/filter';
import { textSearchesOf } from '@herald/domain/filter/text-searches';
import type { ConfiguredEndpoint, EndpointTable } from '@herald/registry/endpoint-table';
import type { Caller } from '../access/caller.ts';
import { coversEndpoint, coversEvent, isWhole } from '../access/scope.ts';

/** What of an account is a caller's: the one place where a limit to projects and channels is held against it. */
export interface Belongings {
  /** Whether an endpoint, as it is given, is the caller's. */
  admits(endpoint: Endpoint): boolean;
  endpoint(endpointId: string): ConfiguredEndpoint | undefined;
  /**
   * Whether an endpoint that is not found may be the caller's all the same: this process is too old for its record. One
   * whose record no version can read is lost.
   */
  isUnreadable(endpointId: string): boolean;
  endpoints(projectId: string | undefined): ConfiguredEndpoint[];
  /** How many endpoints there may be at most, where account or caller has no room for so many more (default 1). */
  fullAt(more?: number): number | undefined;
  /**
   * How often the filters of the account may search a text in all, where this one would go beyond it. `endpointId` is the
   * endpoint that it is for, if that is there: what takes no more than it has is let through.
   */
  searchesFullAt(filter: Filter, endpointId?: string): number | undefined;
  /** What of the history it may read, by the endpoints as they are now. */
  history(): Scope;
  sees(attempt: DeliveryAttempt): boolean;
}

/** Every dispatcher holds all endpoints in memory. */
const MAX_ENDPOINTS_PER_ACCOUNT = 10_000;

/** One event may cost as many at once, each about what a delivery does: so filters cost at most what endpoints may. */
const MAX_TEXT_SEARCHES_PER_ACCOUNT = MAX_ENDPOINTS_PER_ACCOUNT;

/**
 * Deliveries are shown by their endpoints as they are now, those of one that is gone to nobody who is limited. They are
 * named in each query: of the newest so many, which is more than anybody looks at who is limited.
 */
const MAX_ENDPOINTS_IN_SCOPE = 1_000;

export function belongingsOf(
  { accountId, scope }: Pick<Caller, 'accountId' | 'scope'>,
  table: Pick<EndpointTable, 'get' | 'list' | 'unreadable'>,
): Belongings {
  const admits = (endpoint: Endpoint): boolean =>
    endpoint.accountId === accountId && coversEndpoint(scope, endpoint);
  const endpoint = (endpointId: string): ConfiguredEndpoint | undefined => {
    const configured = table.get(endpointId);
    return configured && admits(configured.endpoint) ? configured : undefined;
  };
  const endpoints = (projectId: string | undefined): ConfiguredEndpoint[] =>
    table.list(accountId, projectId).filter((configured) => admits(configured.endpoint));
  return {
    admits,
    endpoint,
    isUnreadable(endpointId) {
      const found = table.unreadable.get(endpointId);
      if (!found || found.certain?.kind === 'foreign') return false;
      const known = found.certain?.endpoint;
      // Of whom it is, is not known then; but an id is told to nobody else.
      return !known || (known.accountId === accountId && coversEndpoint(scope, known));
    },
    endpoints,
    fullAt(more = 1) {
      if (table.list(accountId).length + more > MAX_ENDPOINTS_PER_ACCOUNT) return MAX_ENDPOINTS_PER_ACCOUNT;
      const isFull = !isWhole(scope) && endpoints(undefined).length + more > MAX_ENDPOINTS_IN_SCOPE;
      return isFull ? MAX_ENDPOINTS_IN_SCOPE : undefined;
    },
    searchesFullAt(filter, endpointId) {
      const asked = textSearchesOf(filter);
      let [own, others] = [0, 0];
      if (asked === 0) return undefined;
      for (const { endpoint } of table.list(accountId)) {
        const searches = endpoint.subscription.filter ? textSearchesOf(endpoint.subscription.filter) : 0;
        if (endpoint.id === endpointId) own = searches;
        else others += searches;
      }
      const isFull = asked > own && others + asked > MAX_TEXT_SEARCHES_PER_ACCOUNT;
      return isFull ? MAX_TEXT_SEARCHES_PER_ACCOUNT : undefined;
    },
    history() {
      if (isWhole(scope)) return { accountId };
      const ids = endpoints(undefined).map((configured) => configured.endpoint.id);
      return {
        accountId,
        projectIds: scope.projectIds && [...scope.projectIds],
        channelIds: scope.channelIds && [...scope.channelIds],
        endpointIds: ids.sort().slice(-MAX_ENDPOINTS_IN_SCOPE),
      };
    },
    sees: (attempt) =>
      isWhole(scope) ||
      (coversEvent(scope, { projectId: attempt.project_id, channelId: attempt.channel_id }) &&
        endpoint(attempt.endpoint_id) !== undefined),
  };
}
