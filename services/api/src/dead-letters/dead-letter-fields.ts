import { MAX_FOUND } from '@herald/clickhouse/read/dead-letters';
import { z } from 'zod';
import { deliveryView, eventType, timeRange } from '../deliveries/delivery-fields.ts';
import { id, page, pageOf, text } from '../http/fields.ts';

const MAX_REASON_CHARS = 100;

/** What dead letters are narrowed to, in a query. */
const filter = {
  project_id: id('a project', 'proj_1').optional(),
  channel_id: id('a channel', 'ch_1').optional(),
  endpoint_id: id('an endpoint', 'ep_01890a5d').optional(),
  event_type: eventType.optional(),
  reason: text(MAX_REASON_CHARS)
    .min(1, 'it is empty')
    .optional()
    .meta({ description: 'why they were given up, as in the groups', examples: ['exhausted'] }),
  status: z
    .string()
    .regex(/^\d{1,3}$/, 'it is no HTTP status')
    .transform(Number)
    .optional()
    .meta({
      description: 'the HTTP status that they died of; 0 for those that died of none',
      examples: ['500'],
    }),
  ...timeRange,
};

export const deadLetterQuery = z.strictObject({ ...filter, ...page });

export const deadLetterGroupQuery = z.strictObject(filter);

/** A dead letter is a delivery; `updated_at` is when it died. */
export const deadLetterView = deliveryView.extend({
  /** When its topic forgets it. */
  expires_at: z.string().nullable(),
  /** What was sent again since, the latest; null where nothing of it is on record. */
  redriven: z.object({ delivery_id: z.string(), cause: z.string(), state: z.string() }).nullable(),
});

export const deadLetterPage = pageOf(deadLetterView);

export const deadLetterGroups = z.object({
  items: z.array(
    z.object({
      endpoint_id: z.string(),
      reason: z.string(),
      /** Null where they died of no answer. */
      status: z.number().nullable(),
      deliveries: z.number(),
      first_at: z.string().nullable(),
      last_at: z.string().nullable(),
      sample_delivery_id: z.string(),
      /** Until the first of them is forgotten; 0 where it may be by now. */
      hours_to_expiry: z.number(),
    }),
  ),
});

export const redriveBody = z.strictObject({
  delivery_ids: z
    .array(z.uuid({ error: 'it is not a UUID' }))
    .min(1, 'it is empty')
    .max(MAX_FOUND, `it names more than ${MAX_FOUND}`)
    .meta({
      description: `the ids of dead letters, 1 to ${MAX_FOUND}`,
      examples: [['6f1c1f0e-6a51-5d0c-9f6a-0b6f3a1e7c42']],
    }),
});

export const REDRIVE_RESULTS = [
  /** It will be attempted, as `delivery_id`. */
  'queued',
  /** It was sent again before, as `delivery_id`, and that has not died. */
  'redriven',
  /** It is no dead letter, or not any more. */
  'not_dead',
  'not_found',
  'endpoint_deleted',
  'event_gone',
  /** Kafka has not confirmed it. Ask again: it is sent once. */
  'unconfirmed',
] as const;

export const redriveView = z.object({
  /** In the order of the ids, each once. */
  items: z.array(
    z.object({
      dead_letter: z.string(),
      result: z.enum(REDRIVE_RESULTS),
      delivery_id: z.string().nullable(),
    }),
  ),
});
