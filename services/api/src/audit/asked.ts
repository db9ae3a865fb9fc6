import type { DeliverySummary } from '@herald/clickhouse/history';
import type { Delivery } from '@herald/domain/delivery';
import type { AuditState, NewAuditEntry } from '@herald/registry/audit/entry';
import type { RetryOrder } from '@herald/registry/retry-order';
import type { Redelivered } from '../deliveries/redeliver.ts';
import type { HistoryErased } from '../erasing/erase-history.ts';
import type { RetriesOrdered } from '../retries/order-retries.ts';

/** What the audit says of changes that are no edits of configuration, but for who asks. */
export type Asked = Omit<NewAuditEntry, 'accountId' | 'asker'>;

export function redeliveryAsked(delivery: Delivery, of: DeliverySummary): Asked {
  return {
    action: of.state === 'dead' ? 'dead_letters.redriven' : 'delivery.redelivered',
    subject: { kind: 'delivery', id: of.deliveryId },
    before: { state: of.state, event_id: of.eventId, endpoint_id: of.endpointId },
    after: { delivery_id: delivery.deliveryId, cause: delivery.cause },
  };
}

/** Whether a result says that the change was made; one that was not confirmed may still be. */
export function stateOfRedelivery({ kind }: Redelivered): AuditState {
  if (kind === 'unavailable') return 'asked';
  return kind === 'queued' ? 'done' : 'not_done';
}

export function orderAsked(
  endpointId: string,
  { kind, orderedAtMs, deliveryIds }: Pick<RetryOrder, 'kind' | 'orderedAtMs' | 'deliveryIds'>,
): Asked {
  return {
    action: 'retries.ordered',
    subject: { kind: 'endpoint', id: endpointId },
    after: {
      order: kind,
      ordered_at: new Date(orderedAtMs).toISOString(),
      delivery_ids: deliveryIds.size === 0 ? 'all' : [...deliveryIds],
    },
  };
}

export function stateOfOrder({ kind }: RetriesOrdered): AuditState {
  if (kind === 'unavailable') return 'asked';
  return kind === 'ordered' ? 'done' : 'not_done';
}

export function erasureAsked(publicationId: string): Asked {
  return { action: 'history.erased', subject: { kind: 'publication', id: publicationId } };
}

/** Once it is on record it is done, if not at once. */
export function stateOfErasure({ kind }: HistoryErased): AuditState {
  return kind === 'unavailable' ? 'asked' : 'done';
}
