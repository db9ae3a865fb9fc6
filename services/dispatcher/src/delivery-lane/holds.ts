import {
  type EffectiveState,
  type EndpointStatus,
  type EndpointStatusTable,
  type EndpointStatusWriter,
  effectiveState,
} from '@herald/registry/endpoint-status';
import type { ConfiguredEndpoint } from '@herald/registry/endpoint-table';

/** Which endpoints are held, by their owner or by this dispatcher. */
export interface Holds {
  stateOf(configured: ConfiguredEndpoint): EffectiveState;
  /** Holds the endpoint at once, and for whoever owns it next as soon as the status is acknowledged. */
  hold(configured: ConfiguredEndpoint, reason: 'gone'): void;
}

export interface HoldsOptions {
  statuses: Pick<EndpointStatusTable, 'get' | 'onChange'>;
  writer: Pick<EndpointStatusWriter, 'put'>;
  onFatal: (error: Error) => void;
  now: () => number;
}

export function createHolds({ statuses, writer, onFatal, now }: HoldsOptions): Holds {
  /** Decided here and not yet read back from the table. */
  const decided = new Map<string, EndpointStatus>();

  statuses.onChange((endpointId, read) => {
    const own = decided.get(endpointId);
    if (own && read && read.updatedAtMs >= own.updatedAtMs) decided.delete(endpointId);
  });

  return {
    stateOf: ({ endpoint, revision }) => effectiveState(endpoint, revision, statusOf(endpoint.id)),

    hold({ endpoint, revision }, reason) {
      const known = statusOf(endpoint.id);
      // Attempts that were under way together find it gone together: one record says it.
      if (effectiveState(endpoint, revision, known).state === 'held') return;
      const nowMs = now();
      const status: EndpointStatus = {
        endpointId: endpoint.id,
        state: 'held',
        reason,
        sinceMs: nowMs,
        configRevision: revision,
        failing: known?.failing,
        releasedTo: known?.releasedTo,
        updatedAtMs: nowMs,
      };
      decided.set(endpoint.id, status);
      writer.put(status).catch(onFatal);
    },
  };

  function statusOf(endpointId: string): EndpointStatus | undefined {
    return decided.get(endpointId) ?? statuses.get(endpointId);
  }
}
