import type { HoldReason } from '@herald/domain/verdict';
import type { EffectiveState } from '@herald/registry/endpoint-status';
import type { ConfiguredEndpoint } from '@herald/registry/endpoint-table';
import type { Move } from './move.ts';

export type LookUp =
  | { kind: 'deliverable'; configured: ConfiguredEndpoint }
  | Extract<Move, { kind: 'hold' | 'dead' }>;

/**
 * What configuration says of a delivery. To be asked only of a table that has the revision which the delivery is
 * stamped with: then, and only then, an endpoint that is not there was deleted.
 */
export function lookUp(
  configured: ConfiguredEndpoint | undefined,
  stateOf: (configured: ConfiguredEndpoint) => EffectiveState,
): LookUp {
  if (!configured) return { kind: 'dead', reason: 'endpoint_deleted', revision: -1 };
  const { revision } = configured;
  const effective = stateOf(configured);
  switch (effective.state) {
    case 'active':
      return { kind: 'deliverable', configured };
    case 'catching-up':
      return { kind: 'hold', reason: 'catching_up', revision };
    case 'held':
      return { kind: 'hold', reason: effective.reason as HoldReason, revision };
  }
}
