import { DELIVERY_STATES } from '@herald/clickhouse/delivery-state';
import { z } from 'zod';

/** What a request to redeliver is answered with. */
export const redeliveryView = z
  .object({
    delivery_id: z
      .string()
      .meta({ description: 'of the redelivery: what becomes of it is at GET /v1/deliveries/{delivery_id}' }),
    redelivers: z.string(),
    event_id: z.string(),
    endpoint_id: z.string(),
    endpoint_revision: z.number().meta({
      description: 'the revision of the endpoint that it is sent by, unless it is changed again before',
    }),
    cause: z.string(),
    already_queued: z
      .boolean()
      .meta({ description: 'true where it was asked for before and has not ended: nothing was sent now' }),
    state: z
      .enum(DELIVERY_STATES)
      .meta({ description: '`held` where the endpoint is held: it waits until that ends' }),
    reason: z.string().nullable(),
  })
  .meta({ id: 'Redelivery' });
