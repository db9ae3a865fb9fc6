import type { DeadLetter, DeadLetterGroup } from '@herald/clickhouse/read/dead-letters';
import type { z } from 'zod';
import { viewDelivery } from '../deliveries/delivery-view.ts';
import { isoTime } from '../http/fields.ts';
import type { deadLetterGroups, deadLetterView } from './dead-letter-fields.ts';

const HOUR_MS = 60 * 60 * 1_000;

export function viewDeadLetter(deadLetter: DeadLetter): z.output<typeof deadLetterView> {
  const { redriven, expiresAtMs } = deadLetter;
  return {
    ...viewDelivery(deadLetter),
    expires_at: isoTime(expiresAtMs),
    redriven: redriven && {
      delivery_id: redriven.deliveryId,
      cause: redriven.cause,
      state: redriven.state,
    },
  };
}

export function viewGroup(
  group: DeadLetterGroup,
  nowMs: number,
): z.output<typeof deadLetterGroups>['items'][number] {
  return {
    endpoint_id: group.endpointId,
    reason: group.reason,
    status: group.status || null,
    deliveries: group.deliveries,
    first_at: isoTime(group.firstAtMs),
    last_at: isoTime(group.lastAtMs),
    sample_delivery_id: group.sampleDeliveryId,
    hours_to_expiry: Math.max(0, Math.floor((group.expiresAtMs - nowMs) / HOUR_MS)),
  };
}
