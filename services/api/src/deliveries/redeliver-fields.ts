import { DELIVERY_STATES } from '@herald/clickhouse/delivery-state';
import { z } from 'zod';

/** What a request to redeliver is answered with. */
export const redeliveryView = z.object({
  /** Of the redelivery: what becomes of it is at GET /v1/deliveries/{delivery_id}. */
  delivery_id: z.string(),
  redelivers: z.string(),
  event_id: z.string(),
  endpoint_id: z.string(),
  /** The revision of the endpoint that it is sent by, unless it is changed again before. */
  endpoint_revision: z.number(),
  cause: z.string(),
  /** True where it was asked for before and has not ended: nothing was sent now. */
  already_queued: z.boolean(),
  /** `held` where the endpoint is held: it waits until that ends. */
  state: z.enum(DELIVERY_STATES),
  reason: z.string().nullable(),
});
