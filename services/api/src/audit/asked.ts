import type { DeliverySummary } from '@herald/clickhouse/history';
import type { Delivery } from '@herald/domain/delivery';
import type { AuditState } from '@herald/registry/audit/entry';
import type { Asked } from '@herald/registry/audit/orders-asked';
import type { Resent } from '../deliveries/redeliver.ts';
import type { Tested } from '../endpoint-test/send-test.ts';
import type { Erasing } from '../erasing/erase-history.ts';
import type { RetriesOrdered } from '../retries/order-retries.ts';

export function redeliveryAsked(delivery: Delivery, of: DeliverySummary): Asked {
  return {
    action: of.state === 'dead' ? 'dead_letters.redriven' : 'delivery.redelivered',
    subject: { kind: 'delivery', id: of.deliveryId },
    before: { state: of.state, event_id: of.eventId, endpoint_id: of.endpointId },
    after: { delivery_id: delivery.deliveryId, cause: delivery.cause },
  };
}

/** Whether a result says that the change was made; one that was not confirmed may still be. */
export function stateOfRedelivery({ kind }: Resent): AuditState {
  return kind === 'unavailable' ? 'asked' : 'done';
}

export function testAsked(endpointId: string, eventType: string): Asked {
  return {
    action: 'endpoint.tested',
    subject: { kind: 'endpoint', id: endpointId },
    after: { event_type: eventType },
  };
}

export function stateOfTest({ kind }: Tested): AuditState {
  return kind === 'unavailable' ? 'asked' : 'done';
}

export function stateOfOrder({ kind }: RetriesOrdered): AuditState {
  if (kind === 'unavailable') return 'asked';
  return kind === 'ordered' ? 'done' : 'not_done';
}

/** Once it is on record it is done, if not at once. */
export function stateOfErasure({ kind }: Erasing): AuditState {
  return kind === 'unavailable' ? 'asked' : 'done';
}
