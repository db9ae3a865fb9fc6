import type { EndpointConfig } from '@herald/contracts/generated/endpoint-config';
import { TOPICS } from '@herald/contracts/topics';
import type { Endpoint } from '@herald/domain/endpoint';
import type { Routable } from '@herald/domain/subscription';
import { openConfigurationTable, type TableOptions } from './configuration-table.ts';
import { parseEndpointConfig } from './endpoint-config.ts';
import { createEndpointIndex } from './endpoint-index.ts';
import { SUBJECTS } from './subjects.ts';
import {
  type Certain,
  certainOfUndecodable,
  isWholeFor,
  type Undecided,
  type Unreadable,
  undecidedFor,
} from './unreadable.ts';

/** An endpoint's configuration and its revision: the offset of the record that set it. */
export interface ConfiguredEndpoint {
  endpoint: Endpoint;
  revision: number;
}

/** The local copy of `herald.endpoints`, indexed by account and project. */
export interface EndpointTable {
  /**
   * Undefined for an endpoint that was never seen or was deleted. It means deleted only once the table has the
   * revision that a delivery is stamped with, and only where it is not unreadable: until then, wait.
   */
  get(endpointId: string): ConfiguredEndpoint | undefined;
  /**
   * The endpoints that want the event, paused and disabled ones too, as they are now: `revision` is to be read with the
   * call, not with its answer. Looks only at those of its project and of all projects. A promise where filters have so
   * much to read that others have their turn in between.
   */
  match(event: Routable): ConfiguredEndpoint[] | Promise<ConfiguredEndpoint[]>;
  /** Those beside `match` that may want the event, and of which this cannot be read. */
  undecided(event: Routable): Undecided;
  /** Whether the endpoint is there, but its newest record cannot be read and nothing before it is known. */
  isUnreadable(endpointId: string): boolean;
  /** False while one of the account's endpoints, or one that may be, is unreadable. */
  isWhole(accountId: string): boolean;
  /** The unreadable endpoints: readiness is not to be had with them. */
  readonly unreadable: Unreadable;
  /**
   * The endpoints of an account, or those that cover that project, as those of all projects do (by ALL_PROJECTS only
   * these), in no particular order.
   */
  list(accountId: string, projectId?: string): ConfiguredEndpoint[];
  /** The last offset applied; -1 when the topic has none. */
  readonly revision: number;
  /** True as soon as the table has applied `revision`; false when `timeoutMs` (default 5,000) passed before. */
  waitForRevision(revision: number, timeoutMs?: number): Promise<boolean>;
  /** `now` is undefined when the endpoint was deleted. Returns the function that ends the subscription. */
  onChange(listener: (endpointId: string, now: ConfiguredEndpoint | undefined) => void): () => void;
  /** False when it is more than `graceMs` (default 5,000) behind the end of the topic, or cannot ask where the end is. */
  isFollowing(graceMs?: number): boolean;
  stop(): Promise<void>;
}

/** Resolves when the table has read to the end of the topic. */
export async function openEndpointTable(options: TableOptions): Promise<EndpointTable> {
  const table = await openConfigurationTable<EndpointConfig, Endpoint, Certain>(options, {
    topic: TOPICS.endpoints,
    subjectSchema: SUBJECTS.endpoints,
    parse: (config, _appendedAtMs, key) =>
      config.endpoint_id === key ? parseEndpointConfig(config) : ofAnotherKey(config.endpoint_id),
    undecodable: certainOfUndecodable,
  });
  const index = createEndpointIndex();
  const listeners = new Set<(endpointId: string, now: ConfiguredEndpoint | undefined) => void>();
  for (const [, { value, revision }] of table.entries()) index.put({ endpoint: value, revision });
  table.onChange((endpointId, endpoint, revision) => {
    const now = endpoint && { endpoint, revision };
    if (now) index.put(now);
    else index.remove(endpointId);
    for (const listener of listeners) listener(endpointId, now);
  });

  return {
    get: index.get,
    match: index.match,
    undecided: (event) => undecidedFor(event, table.unreadable),
    isUnreadable: (endpointId) => table.unreadable.has(endpointId),
    isWhole: (accountId) => isWholeFor(accountId, table.unreadable),
    unreadable: table.unreadable,
    list: (accountId, projectId) => index.list(accountId, projectId),
    get revision() {
      return table.revision;
    },
    waitForRevision: table.waitForRevision,
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    isFollowing: table.isFollowing,
    stop: table.stop,
  };
}

/** Under its own key there may be a good one, which this must not replace. */
function ofAnotherKey(endpointId: string): { ok: false; reason: string; certain: Certain } {
  return {
    ok: false,
    reason: `it is of endpoint ${JSON.stringify(endpointId)}`,
    certain: { kind: 'foreign' },
  };
}
