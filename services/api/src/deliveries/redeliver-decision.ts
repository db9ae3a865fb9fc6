import type { DeliverySummary, DeliveryWithOrigin } from '@herald/clickhouse/history';
import type { Delivery } from '@herald/domain/delivery';
import { deliveryId } from '@herald/domain/ids';
import { OVERDUE_MS } from '@herald/domain/overdue';
import { redeliveryCause, redeliveryOrdinal } from '@herald/domain/redelivery';
import type { ConfiguredEndpoint } from '@herald/registry/endpoint-table';

/** What a request to redeliver comes to, by the history and the configuration as they are now. */
export type RedeliveryDecision =
  | { kind: 'send'; delivery: Delivery }
  /** The redelivery that was asked for before has not ended. */
  | { kind: 'underway'; delivery: DeliverySummary }
  /** It is still to be attempted by itself. */
  | { kind: 'open'; delivery: DeliverySummary }
  | { kind: 'endpoint_deleted'; endpointId: string }
  /** What is held for it is cancelled when it is switched on: it would never be sent. */
  | { kind: 'endpoint_off'; endpointId: string };

/** Whether nothing more is to be expected of a delivery. */
export function isOver({ state, nextAttemptAtMs, updatedAtMs }: DeliverySummary, nowMs: number): boolean {
  switch (state) {
    case 'delivered':
    case 'dead':
    case 'cancelled':
      return true;
    case 'held':
      return false;
    case 'pending':
    case 'waiting':
      return (nextAttemptAtMs ?? updatedAtMs) + OVERDUE_MS < nowMs;
  }
}

/**
 * Redeliveries of an event to an endpoint are counted. While the last one that the history knows of is not over, that
 * is the answer; else the next one is sent. Whoever asks before the history knows of it gets the same number, and so
 * the same delivery id.
 * @param replayed what else was sent of this event to this endpoint
 */
export function decideRedelivery(
  delivery: DeliveryWithOrigin,
  replayed: readonly DeliverySummary[],
  configured: ConfiguredEndpoint | undefined,
  nowMs: number,
): RedeliveryDecision {
  const { eventId, endpointId } = delivery;
  if (!configured) return { kind: 'endpoint_deleted', endpointId };
  if (configured.endpoint.state === 'off') return { kind: 'endpoint_off', endpointId };
  const [last] = [delivery, ...replayed].sort(
    (a, b) => redeliveryOrdinal(b.cause) - redeliveryOrdinal(a.cause),
  ) as [DeliverySummary];
  const ordinal = redeliveryOrdinal(last.cause);
  if (ordinal > 0 && !isOver(last, nowMs)) return { kind: 'underway', delivery: last };
  const { origin } = delivery;
  // A disposition names the origin, and what is over has one, but for what was lost before its first.
  if (!isOver(delivery, nowMs) || origin === null) return { kind: 'open', delivery };
  const cause = redeliveryCause(ordinal + 1);
  return {
    kind: 'send',
    delivery: {
      deliveryId: deliveryId(eventId, endpointId, cause),
      endpointId,
      eventId,
      step: 0,
      attempts: 0,
      dueAtMs: 0,
      origin,
      cause,
      configRevision: configured.revision,
      traceparent: undefined,
    },
  };
}
