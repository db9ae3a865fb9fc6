import { TOPICS } from '@herald/contracts/topics';
import { replayOf } from '@herald/domain/cause';
import { tierDelayMs } from '@herald/domain/retry-tiers';
import type { HoldReason } from '@herald/domain/verdict';
import type { EffectiveState } from '@herald/registry/endpoint-status';
import type { ConfiguredEndpoint } from '@herald/registry/endpoint-table';
import type { Move } from './move.ts';
import type { Parking } from './overflow.ts';
import type { DeliveryTask } from './task.ts';

export type LookUp =
  | { kind: 'deliverable'; configured: ConfiguredEndpoint }
  | (Extract<Move, { kind: 'hold' }> & { configured: ConfiguredEndpoint })
  | Extract<Move, { kind: 'dead' | 'cancel' }>
  /** Its configuration cannot be read. */
  | (Parking & { revision: number });

/** How long a delivery waits whose endpoint has a configuration that cannot be read, before it is looked up again. */
const UNREADABLE_PARK_MS = tierDelayMs('10m');

/** What is known beside the configuration of an endpoint. */
export interface Standing {
  /** Whether an endpoint that has no configuration is there, with one that cannot be read. */
  isUnreadable: (endpointId: string) => boolean;
  stateOf: (configured: ConfiguredEndpoint) => EffectiveState;
  /** Whether the replay that a delivery is of was cancelled. */
  isCancelled: (replayId: string) => boolean;
}

/**
 * What configuration says of a delivery. To be asked only of a table that has the revision which the delivery is
 * stamped with: then, and only then, an endpoint that is not there was deleted, unless its record cannot be read.
 */
export function lookUp(
  task: DeliveryTask,
  configured: ConfiguredEndpoint | undefined,
  { isUnreadable, stateOf, isCancelled }: Standing,
  nowMs: number,
): LookUp {
  const replayId = replayOf(task.delivery.cause);
  if (replayId !== undefined && isCancelled(replayId)) {
    return { kind: 'cancel', reason: 'replay_cancelled', revision: configured?.revision ?? -1 };
  }
  if (!configured && isUnreadable(task.delivery.endpointId)) {
    const dueAtMs = nowMs + UNREADABLE_PARK_MS;
    return { kind: 'park', dueAtMs, reason: 'configuration_unreadable', revision: -1 };
  }
  if (!configured && task.delivery.isUndecided) return { kind: 'cancel', reason: 'not_wanted', revision: -1 };
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
