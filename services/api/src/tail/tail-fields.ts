import { DELIVERY_STATES } from '@herald/clickhouse/delivery-state';
import { z } from 'zod';
import { eventType } from '../deliveries/delivery-fields.ts';
import { id, text } from '../http/fields.ts';

export const tailQuery = z.strictObject({
  project_id: id('a project', 'proj_1').optional(),
  endpoint_id: id('an endpoint', 'ep_01890a5d').optional(),
  state: z
    .enum(DELIVERY_STATES, { error: 'it is no state of a delivery' })
    .optional()
    .meta({ description: `one of ${DELIVERY_STATES.join(', ')}`, examples: ['dead'] }),
  event_type: eventType.optional(),
  after: text(2_000).optional().meta({
    description: 'the id of the last event of the stream before; the header Last-Event-ID goes before it',
  }),
});

/** One disposition, as the data of a `disposition` event. Names are those of schemas/delivery-attempt.avsc. */
export const dispositionView = z
  .object({
    attempt_id: z.string(),
    delivery_id: z.string(),
    event_id: z.string(),
    endpoint_id: z.string(),
    project_id: z.string(),
    channel_id: z.string(),
    publication_id: z.string(),
    event_type: z.string(),
    cause: z.string(),
    step: z.number(),
    attempt_number: z.number(),
    disposition: z.string(),
    verdict: z.string(),
    state: z.enum(DELIVERY_STATES).meta({ description: 'what it leaves the delivery in, seen alone' }),
    reason: z.string().nullable(),
    outcome: z.string().nullable(),
    status: z
      .number()
      .nullable()
      .meta({ description: 'HTTP status; null where no answer came or no request was made' }),
    error_message: z.string().nullable(),
    next_attempt_at: z.string().nullable(),
    retry_tier: z.string().nullable(),
    started_at: z.string().nullable(),
    duration_ms: z.number(),
    occurred_at: z.string().nullable(),
    config_revision: z.number(),
  })
  .meta({ id: 'Disposition', description: 'Data of an event `disposition`.' });

/** The data of each event of the stream, in the order of `disposition`, `skipped` and `gap`. */
export const tailEvent = z.union([
  dispositionView,
  z
    .object({ count: z.number().meta({ description: 'how many a client that was too slow was not sent' }) })
    .meta({ id: 'Skipped', description: 'Data of an event `skipped`.' }),
  z.object({ reason: z.string().meta({ examples: ['too_far_back'] }) }).meta({
    id: 'Gap',
    description: 'Data of an event `gap`: some of what came behind the given id is left out.',
  }),
]);
