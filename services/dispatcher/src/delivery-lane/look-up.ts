import { TOPICS } from '@herald/contracts/topics';
import type { HoldReason } from '@herald/domain/verdict';
import type { EffectiveState } from '@herald/registry/endpoint-status';
import type { ConfiguredEndpoint } from '@herald/registry/endpoint-table';
import type { Move } from './move.ts';
import type { DeliveryTask } from './task.ts';

export type LookUp =
  | { kind: 'deliverable'; configured: ConfiguredEndpoint }
  | (Extract<Move, { kind: 'hold' }> & { configured: ConfiguredEndpoint })
  | Extract<Move, { kind: 'dead' }>;

/**
 * What configuration says of a delivery. To be asked only of a table that has the revision which the delivery is
 * stamped with: then, and only then, an endpoint that is not there was deleted.
 */
export function lookUp(
  task: DeliveryTask,
  configured: ConfiguredEndpoint | undefined,
  stateOf: (configured: ConfiguredEndpoint) => EffectiveState,
): LookUp {
  if (!configured) return { kind: 'dead', reason: 'endpoint_deleted', revision: -1 };
  const { revision } = configured;
  const effective = stateOf(configured);
  if (effective.state === 'held') {
    return { kind: 'hold', reason: effective.reason as HoldReason, revision, configured };
  }
  if (isInOrder(task, configured) && !isHeldRecord(task)) {
    return { kind: 'hold', reason: 'ordered', revision, configured };
  }
  return { kind: 'deliverable', configured };
}

/** Tests, redeliveries and replays are out of order by nature. */
export function isInOrder({ delivery }: DeliveryTask, { endpoint }: ConfiguredEndpoint): boolean {
  return endpoint.ordering === 'publication' && delivery.cause === 'event';
}

/** Read from webhook.held by the catch-up. */
export function isHeldRecord({ record }: DeliveryTask): boolean {
  return record.topic === TOPICS.held;
}
