import type * as avro from '@herald/contracts/generated/retry-order';
import type { Decoded } from '@herald/kafka/compacted-table';
import { correspondence, type Known } from './correspondence.ts';

/** What a person wants done with the deliveries that wait for an endpoint in the retry topics. */
export interface RetryOrder {
  endpointId: string;
  accountId: string;
  /** `forward`: they are due now. `cancel`: they are given up, each with a dead letter. */
  kind: 'forward' | 'cancel';
  /** Meant is what was appended to a retry topic before. */
  orderedAtMs: number;
  /** Only these, at most `MAX_ORDERED_DELIVERIES`; all where it is empty. */
  deliveryIds: ReadonlySet<string>;
  /** For people. */
  orderedBy: string;
}

/** Every dispatcher keeps the newest order of each endpoint in memory: with all its names at most some 8 kB. */
export const MAX_ORDERED_DELIVERIES = 100;

/** An order as it stands on record. */
export interface StandingOrder extends RetryOrder {
  /** The offset of its record: a later order has a higher one. */
  revision: number;
}

export interface WaitingDelivery {
  deliveryId: string;
  /** When its retry topic took it. */
  appendedAtMs: number;
}

/** Whether an order of its endpoint is for this delivery. */
export function isMeant(order: RetryOrder, { deliveryId, appendedAtMs }: WaitingDelivery): boolean {
  if (appendedAtMs >= order.orderedAtMs) return false;
  return order.deliveryIds.size === 0 || order.deliveryIds.has(deliveryId);
}

const kinds = correspondence<Known<avro.RetryOrderKind>, RetryOrder['kind']>({
  FORWARD: 'forward',
  CANCEL: 'cancel',
});

/**
 * What a record of `herald.retry-orders` means. What comes into a retry topic after the order is never meant, so the
 * broker's clock has the last word: by one that is ahead, what an order sent on would be meant again and again.
 */
export function parseRetryOrder(record: avro.RetryOrder, appendedAtMs: number): Decoded<RetryOrder> {
  const kind = kinds.valueOf(record.kind);
  if (kind === undefined) return { ok: false, reason: 'its kind is of a newer version' };
  return {
    ok: true,
    value: {
      endpointId: record.endpoint_id,
      accountId: record.account_id,
      kind,
      orderedAtMs: Math.min(record.ordered_at, appendedAtMs),
      deliveryIds: new Set(record.delivery_ids),
      orderedBy: record.ordered_by,
    },
  };
}

export function retryOrderRecordOf(order: RetryOrder): avro.RetryOrder {
  return {
    endpoint_id: order.endpointId,
    account_id: order.accountId,
    kind: kinds.symbolOf(order.kind),
    ordered_at: order.orderedAtMs,
    delivery_ids: [...order.deliveryIds],
    ordered_by: order.orderedBy,
  };
}
