import { TOPICS } from '@herald/contracts/topics';
import { replayOf } from '@herald/domain/cause';
import type { HoldReason } from '@herald/domain/verdict';
import type { EffectiveState } from '@herald/registry/endpoint-status';
import type { ConfiguredEndpoint } from '@herald/registry/endpoint-table';
import type { Move } from './move.ts';
import type { DeliveryTask } from './task.ts';

export type LookUp =
  | { kind: 'deliverable'; configured: ConfiguredEndpoint }
  | (Extract<Move, { kind: 'hold' }> & { configured: ConfiguredEndpoint })
  | Extract<Move, { kind: 'dead' | 'cancel' }>;

/** What is known beside the configuration of an endpoint. */
export interface Standing {
  stateOf: (configured: ConfiguredEndpoint) => EffectiveState;
  /** Whether the replay that a delivery is of was cancelled. */
  isCancelled: (replayId: string) => boolean;
}

/**
 * What configuration says of a delivery. To be asked only of a table that has the revision which the delivery is
 * stamped with: then, and only then, an endpoint that is not there was deleted.
 */
export function lookUp(
  task: DeliveryTask,
  configured: ConfiguredEndpoint | undefined,
  { stateOf, isCancelled }: Standing,
): LookUp {
  const replayId = replayOf(task.delivery.cause);
  if (replayId !== undefined && isCancelled(replayId)) {
    return { kind: 'cancel', reason: 'replay_cancelled', revision: configured?.revision ?? -1 };
  }
  if (!configured) return { kind: 'dead', reason: 'endpoint_deleted', revision: -1 };
  // Its owner wants to know before the hold is lifted whether what comes then would be accepted.
  if (isTest(task)) return { kind: 'deliverable', configured };
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

/** Attempted once, apart from everything that waits: for a person who looks at it. */
export function isTest({ delivery }: DeliveryTask): boolean {
  return delivery.cause === 'test';
}

/** Read from webhook.held by the catch-up. */
export function isHeldRecord({ record }: DeliveryTask): boolean {
  return record.topic === TOPICS.held;
}
