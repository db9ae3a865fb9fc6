import type { Scope } from '@herald/clickhouse/history';
import type { DeliveryAttempt } from '@herald/contracts/generated/delivery-attempt';
import type { Endpoint } from '@herald/domain/endpoint';
import type { ConfiguredEndpoint, EndpointTable } from '@herald/registry/endpoint-table';
import type { Caller } from '../access/caller.ts';
import { coversEndpoint, coversEvent, isWhole } from '../access/scope.ts';

/** What of an account is a caller's: the one place where a limit to projects and channels is held against it. */
export interface Belongings {
  /** Whether an endpoint, as it is given, is the caller's. */
  admits(endpoint: Endpoint): boolean;
  endpoint(endpointId: string): ConfiguredEndpoint | undefined;
  endpoints(projectId: string | undefined): ConfiguredEndpoint[];
  /** How many endpoints there may be at most, where account or caller has no room for so many more (default 1). */
  fullAt(more?: number): number | undefined;
  /** What of the history it may read, by the endpoints as they are now. */
  history(): Scope;
  sees(attempt: DeliveryAttempt): boolean;
}

/** Every dispatcher holds all endpoints in memory. */
const MAX_ENDPOINTS_PER_ACCOUNT = 10_000;

/**
 * Deliveries are shown by their endpoints as they are now, those of one that is gone to nobody who is limited. They are
 * named in each query: of the newest so many, which is more than anybody looks at who is limited.
 */
const MAX_ENDPOINTS_IN_SCOPE = 1_000;

export function belongingsOf(
  { accountId, scope }: Pick<Caller, 'accountId' | 'scope'>,
  table: Pick<EndpointTable, 'get' | 'list'>,
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
    endpoints,
    fullAt(more = 1) {
      if (table.list(accountId).length + more > MAX_ENDPOINTS_PER_ACCOUNT) return MAX_ENDPOINTS_PER_ACCOUNT;
      const isFull = !isWhole(scope) && endpoints(undefined).length + more > MAX_ENDPOINTS_IN_SCOPE;
      return isFull ? MAX_ENDPOINTS_IN_SCOPE : undefined;
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
