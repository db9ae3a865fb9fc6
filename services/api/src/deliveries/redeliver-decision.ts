import type { DeliverySummary, DeliveryWithOrigin } from '@herald/clickhouse/history';
import type { Delivery } from '@herald/domain/delivery';
import { deliveryId } from '@herald/domain/ids';
import { redeliveryCause, redeliveryOrdinal } from '@herald/domain/redelivery';
import type { ConfiguredEndpoint } from '@herald/registry/endpoint-table';

/** What a request to redeliver comes to, by the history and the configuration as they are now. */
export type RedeliveryDecision =
  | { kind: 'send'; delivery: Delivery }
  /** The redelivery that was asked for before has not ended. */
  | { kind: 'underway'; delivery: DeliverySummary }
  /** It is still to be attempted by itself. */
  | { kind: 'open'; delivery: DeliverySummary }
  | { kind: 'endpoint_deleted'; endpointId: string };

const ENDED: ReadonlySet<DeliverySummary['state']> = new Set(['delivered', 'dead', 'cancelled']);

/**
 * Redeliveries of an event to an endpoint are counted. While the last one that the history knows of has not ended, that
 * is the answer; else the next one is sent. Whoever asks before the history knows of it gets the same number, and so
 * the same delivery id.
 * @param replayed what else was sent of this event to this endpoint
 */
export function decideRedelivery(
  delivery: DeliveryWithOrigin,
  replayed: readonly DeliverySummary[],
  configured: ConfiguredEndpoint | undefined,
): RedeliveryDecision {
  const { eventId, endpointId } = delivery;
  if (!configured) return { kind: 'endpoint_deleted', endpointId };
  const [last] = [delivery, ...replayed].sort(
    (a, b) => redeliveryOrdinal(b.cause) - redeliveryOrdinal(a.cause),
  ) as [DeliverySummary];
  const ordinal = redeliveryOrdinal(last.cause);
  if (ordinal > 0 && !ENDED.has(last.state)) return { kind: 'underway', delivery: last };
  const { origin } = delivery;
  // What has ended has a disposition, and that names the origin.
  if (!ENDED.has(delivery.state) || origin === null) return { kind: 'open', delivery };
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
