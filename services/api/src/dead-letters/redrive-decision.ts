import type { DeliverySummary, DeliveryWithOrigin } from '@herald/clickhouse/history';
import type { Delivery } from '@herald/domain/delivery';
import type { ConfiguredEndpoint } from '@herald/registry/endpoint-table';
import { decideRedelivery, isOver } from '../deliveries/redeliver-decision.ts';

export type RedriveDecision =
  | { kind: 'send'; delivery: Delivery }
  /** It was sent again since, and that is under way or was accepted. */
  | { kind: 'redriven'; by: DeliverySummary }
  | { kind: 'not_dead' }
  | { kind: 'endpoint_deleted' }
  | { kind: 'endpoint_off' };

/**
 * Unlike a redelivery, which a person asks for looking at one delivery, a redrive of many leaves out what has been sent
 * since, by whatever means, unless that died or was lost.
 * @param replayed what else was sent of this event to this endpoint
 */
export function decideRedrive(
  delivery: DeliveryWithOrigin,
  replayed: readonly DeliverySummary[],
  configured: ConfiguredEndpoint | undefined,
  nowMs: number,
): RedriveDecision {
  if (delivery.state !== 'dead') return { kind: 'not_dead' };
  const by = replayed.find((other) => other.state === 'delivered' || !isOver(other, nowMs));
  if (by) return { kind: 'redriven', by };
  const decision = decideRedelivery(delivery, replayed, configured, nowMs);
  switch (decision.kind) {
    case 'send':
      return decision;
    case 'endpoint_deleted':
      return { kind: 'endpoint_deleted' };
    case 'endpoint_off':
      return { kind: 'endpoint_off' };
    case 'underway':
      return { kind: 'redriven', by: decision.delivery };
    case 'open':
      return { kind: 'not_dead' };
  }
}
