import {
  type EffectiveState,
  type EndpointStatus,
  type EndpointStatusTable,
  type EndpointStatusWriter,
  effectiveState,
  type Failing,
} from '@herald/registry/endpoint-status';
import type { ConfiguredEndpoint } from '@herald/registry/endpoint-table';

/** Which endpoints are held or fail, by the word of their owner or of this dispatcher. */
export interface Holds {
  stateOf(configured: ConfiguredEndpoint): EffectiveState;
  /** What was decided last, on record or not yet. */
  statusOf(endpointId: string): EndpointStatus | undefined;
  /** In force here at once. What was decided before about the endpoint stays, but for what the change names. */
  decide(configured: ConfiguredEndpoint, change: StatusChange): Decided;
}

export interface StatusChange {
  hold?: 'gone' | 'failing';
  failing: Failing | undefined;
}

/** A decision that is not on record yet. One of the two is to be called. */
export interface Decided {
  /** Resolves when it is in force for whoever owns the endpoint next, too. */
  persist(): Promise<void>;
  /** The partition was lost meanwhile: its new owner decides. */
  withdraw(): void;
}

export interface HoldsOptions {
  statuses: Pick<EndpointStatusTable, 'get' | 'onChange'>;
  writer: Pick<EndpointStatusWriter, 'put'>;
  now: () => number;
}

export function createHolds({ statuses, writer, now }: HoldsOptions): Holds {
  /** Decided here and not yet read back from the table. */
  const decided = new Map<string, EndpointStatus>();

  statuses.onChange((endpointId, read) => {
    const own = decided.get(endpointId);
    if (own && read && read.updatedAtMs >= own.updatedAtMs) decided.delete(endpointId);
  });

  return {
    stateOf: ({ endpoint, revision }) => effectiveState(endpoint, revision, statusOf(endpoint.id)),
    statusOf,

    decide({ endpoint, revision }, { hold, failing }) {
      const nowMs = now();
      const known = statusOf(endpoint.id);
      const status: EndpointStatus = {
        ...(known ?? nothingDecided(endpoint.id, revision, nowMs)),
        ...(hold && { state: 'held', reason: hold, sinceMs: nowMs, configRevision: revision }),
        failing,
        // Later than what it follows, whatever the clocks say: the later of two decisions counts.
        updatedAtMs: Math.max(nowMs, (known?.updatedAtMs ?? 0) + 1),
      };
      decided.set(endpoint.id, status);
      return {
        async persist() {
          const latest = decided.get(endpoint.id);
          if (latest) await writer.put(latest);
        },
        withdraw() {
          if (decided.get(endpoint.id) === status) decided.delete(endpoint.id);
        },
      };
    },
  };

  function statusOf(endpointId: string): EndpointStatus | undefined {
    return decided.get(endpointId) ?? statuses.get(endpointId);
  }
}

function nothingDecided(endpointId: string, configRevision: number, nowMs: number): EndpointStatus {
  return {
    endpointId,
    state: 'active',
    reason: undefined,
    sinceMs: nowMs,
    configRevision,
    failing: undefined,
    releasedTo: undefined,
    releasedBeyond: undefined,
    head: undefined,
    updatedAtMs: nowMs,
  };
}
