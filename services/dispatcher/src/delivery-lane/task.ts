import { decodeDeliveryHeaders } from '@herald/contracts/headers';
import { TOPICS } from '@herald/contracts/topics';
import { replayOf } from '@herald/domain/cause';
import type { Delivery } from '@herald/domain/delivery';
import type { LaneRecord } from '@herald/kafka/record';
import { MAX_DELIVERY_BYTES, malformedHeader, type Poison, tooLarge } from '../poison.ts';
import type { Priority } from './priority.ts';

/** A delivery on its way through the steps of the lane. */
export interface DeliveryTask {
  record: LaneRecord;
  delivery: Delivery;
  priority: Priority;
}

/** The first step: what a record says of itself. A foreign record must not stop the lane, nor be lost. */
export function receiveDelivery(
  record: LaneRecord,
): { kind: 'delivery'; task: DeliveryTask } | { kind: 'poison'; poison: Poison } {
  const oversize = tooLarge(record, MAX_DELIVERY_BYTES);
  if (oversize) return { kind: 'poison', poison: oversize };
  const decoded = decodeDeliveryHeaders(record.headers);
  if (!decoded.ok) return { kind: 'poison', poison: malformedHeader(decoded) };
  const { delivery } = decoded;
  // By its cause too: a replay that was held is released among new events.
  const isBackfill = record.topic === TOPICS.backfill || replayOf(delivery.cause) !== undefined;
  return { kind: 'delivery', task: { record, delivery, priority: isBackfill ? 'backfill' : 'live' } };
}
