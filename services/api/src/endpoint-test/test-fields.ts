import { PUBLICATION_EVENT_TYPES } from '@herald/domain/event-type';
import { z } from 'zod';
import { attemptView, eventType } from '../deliveries/delivery-fields.ts';

const [DEFAULT_TYPE] = PUBLICATION_EVENT_TYPES;

export const testBody = z
  .strictObject({ event_type: eventType.default(DEFAULT_TYPE) })
  .prefault({})
  .meta({ description: `a JSON object with the event_type, or nothing for ${DEFAULT_TYPE}` });

export const testView = z
  .object({
    /** The test goes on at GET /v1/deliveries/{delivery_id} while it has no attempt here. */
    delivery_id: z.string(),
    event_id: z.string(),
    /** A fresh one: receivers that drop what they have seen take each test. */
    webhook_id: z.string(),
    endpoint_id: z.string(),
    event_type: z.string(),
    /** The revision of the endpoint that was asked for; the attempt names the one that it was made by. */
    endpoint_revision: z.number(),
    /** Null with 202: no dispatcher has attempted it yet. */
    attempt: attemptView.nullable(),
  })
  .meta({ id: 'EndpointTest' });
