import { MAX_FOUND } from '@herald/clickhouse/read/dead-letters';
import { DEAD_REASONS } from '@herald/domain/verdict';
import { z } from 'zod';
import { deliveryView, eventType, timeRange } from '../deliveries/delivery-fields.ts';
import { id, inOrder, page, pageOf } from '../http/fields.ts';
import { replayView } from '../replays/replay-fields.ts';

/** The same in lists, groups and redrives: what is counted by it can be sent again by it. */
const STATUS = 'the HTTP status that they died of; 0 for those that died of none';

/** What dead letters are narrowed to, in a query. */
const filter = {
  project_id: id('a project', 'proj_1').optional(),
  channel_id: id('a channel', 'ch_1').optional(),
  endpoint_id: id('an endpoint', 'ep_01890a5d').optional(),
  event_type: eventType.optional(),
  reason: z
    .enum(DEAD_REASONS, { error: 'it is no reason to give a delivery up' })
    .optional()
    .meta({
      description: `why they were given up, one of ${DEAD_REASONS.join(', ')}`,
      examples: ['exhausted'],
    }),
  status: z
    .string()
    .regex(/^\d{1,3}$/, 'it is no HTTP status')
    .transform(Number)
    .optional()
    .meta({ description: STATUS, examples: ['500'] }),
  ...timeRange,
};

export const deadLetterQuery = inOrder(z.strictObject({ ...filter, ...page }));

export const deadLetterGroupQuery = inOrder(z.strictObject(filter));

/** A dead letter is a delivery; `updated_at` is when it died. */
export const deadLetterView = deliveryView
  .extend({
    expires_at: z.string().nullable().meta({ description: 'when its topic forgets it' }),
    redriven: z
      .object({ delivery_id: z.string(), cause: z.string(), state: z.string() })
      .nullable()
      .meta({ description: 'what was sent again since, the latest; null where nothing of it is on record' }),
  })
  .meta({ id: 'DeadLetter' });

export const deadLetterPage = pageOf(deadLetterView).meta({ id: 'DeadLetterPage' });

export const deadLetterGroups = z
  .object({
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
  })
  .meta({ id: 'DeadLetterGroups' });

const redriveFilter = z
  .strictObject({
    project_id: filter.project_id,
    channel_id: filter.channel_id,
    endpoint_id: filter.endpoint_id,
    event_type: filter.event_type,
    reason: filter.reason,
    status: z
      .int({ error: 'it is not a whole number' })
      .min(0, 'it is below 0')
      .max(999, 'it is above 999')
      .optional()
      .meta({ description: STATUS, examples: [500] }),
    ...timeRange,
  })
  .refine((asked) => Object.values(asked).some((value) => value !== undefined), {
    error: 'it is empty: that would be every dead letter. Name at least an endpoint, a reason or a time',
  })
  .meta({
    description: 'what the dead letters have in common',
    examples: [{ endpoint_id: 'ep_01890a5d' }],
    minProperties: 1,
  });

export function redriveBody(maxPerSecond: number) {
  return z
    .strictObject({
      delivery_ids: z
        .array(z.uuid({ error: 'it is not a UUID' }))
        .min(1, 'it is empty')
        .max(MAX_FOUND, `it names more than ${MAX_FOUND}`)
        .optional()
        .meta({
          description: `the ids of dead letters, 1 to ${MAX_FOUND}`,
          examples: [['6f1c1f0e-6a51-5d0c-9f6a-0b6f3a1e7c42']],
        }),
      filter: redriveFilter.optional(),
      per_second: z
        .int({ error: 'it is not a whole number' })
        .min(1, 'it is below 1')
        .max(maxPerSecond, `it is above ${maxPerSecond}`)
        .optional()
        .meta({
          description: `with a filter, deliveries a second, 1 to ${maxPerSecond} (default ${usualPerSecond(maxPerSecond)})`,
          examples: [100],
        }),
      dry_run: z
        .boolean({ error: 'it is neither true nor false' })
        .default(false)
        .meta({
          description: 'with a filter, whether it is counted first; start the replay then',
          examples: [true],
        }),
    })
    .superRefine((body, context) => {
      const { delivery_ids, filter: by } = body;
      const add = (field: string, message: string, remedy?: string) =>
        context.addIssue({ code: 'custom', path: [field], message, ...(remedy && { params: { remedy } }) });
      if ((delivery_ids === undefined) === (by === undefined)) {
        add('delivery_ids', 'it needs either delivery_ids or a filter');
      } else if (delivery_ids !== undefined) {
        if (body.dry_run) {
          add('dry_run', 'what is named by delivery_ids is sent at once', 'Leave it out, or give a filter.');
        }
        if (body.per_second !== undefined) {
          add(
            'per_second',
            'what is named by delivery_ids is sent at once',
            'Leave it out, or give a filter.',
          );
        }
      }
    })
    .meta({
      description: 'delivery_ids, or a filter',
      oneOf: [
        {
          required: ['delivery_ids'],
          not: {
            anyOf: [
              { required: ['per_second'], properties: { per_second: {} } },
              { required: ['dry_run'], properties: { dry_run: { const: true } } },
            ],
          },
        },
        { required: ['filter'] },
      ],
      examples: [{ filter: { endpoint_id: 'ep_01890a5d' } }],
    });
}

/** Deliveries a second of a redrive by filter that says nothing of it. */
export function usualPerSecond(maxPerSecond: number): number {
  return Math.min(100, maxPerSecond);
}

export const REDRIVE_RESULTS = [
  /** It will be attempted, as `delivery_id`. */
  'queued',
  /** It was sent again before, as `delivery_id`, and that has not died. */
  'redriven',
  /** It is no dead letter, or not any more. */
  'not_dead',
  'not_found',
  'endpoint_deleted',
  /** Switch it on first: what waits for it is cancelled then. */
  'endpoint_off',
  /** A newer version of Herald has configured it. Ask again when the one that answered has been updated. */
  'endpoint_unreadable',
  'event_gone',
  /** Its history was erased: it is not sent any more. */
  'erased',
  /** Kafka has not confirmed it. Ask again: it is sent once. */
  'unconfirmed',
] as const;

export const redriveView = z
  .object({
    replay: replayView
      .nullable()
      .meta({ description: 'the replay that sends what the filter is for; null where ids were given' }),
    /** In the order of the ids, each once; empty where a filter was given. */
    items: z.array(
      z.object({
        dead_letter: z.string(),
        result: z.enum(REDRIVE_RESULTS),
        delivery_id: z.string().nullable(),
      }),
    ),
  })
  .meta({ id: 'Redrive' });
