import { DELIVERY_STATES } from '@herald/clickhouse/delivery-state';
import { z } from 'zod';
import { coordinatesView, deliveryView } from '../deliveries/delivery-fields.ts';
import { id } from '../http/fields.ts';

/** What an explanation is on the wire. */

export const explainQuery = z.strictObject({
  endpoint_id: id('an endpoint; without it, all endpoints of the account in short', 'ep_01890a5d').optional(),
});

const time = z.string().nullable();

const verdict = z.enum([
  'not_on_record',
  'erased',
  'poison',
  'not_routed',
  'no_match',
  'created_later',
  'changed_since',
  'deleted',
  'unexplained',
  ...DELIVERY_STATES,
]);

const comparison = z.object({
  /** Where it stands in the filter, `and[1].not`; empty for the whole. */
  at: z.string(),
  field: z.string(),
  op: z.string(),
  /** Null of `exists`. */
  value: z.union([z.string(), z.number(), z.array(z.union([z.string(), z.number()]))]).nullable(),
  /** What the message has there, a text cut at 500 characters; null for nothing. */
  found: z.union([z.string(), z.number(), z.array(z.string())]).nullable(),
  held: z.boolean(),
});

const step = z.object({
  step: z.enum(['accepted', 'decoded', 'routed', 'matched', 'delivery']),
  result: z.enum(['yes', 'no', 'unknown']),
  at: time,
  detail: z.string(),
  /** Of `matched`: each condition of the subscription, with what it wants and what the event has. */
  checks: z
    .array(
      z.object({
        check: z.enum(['project', 'channel', 'type', 'format', 'itself', 'off', 'filter']),
        passed: z.boolean(),
        wanted: z.string(),
        found: z.string(),
        /** Of `filter`: the comparisons that decided. */
        comparisons: z.array(comparison).optional(),
      }),
    )
    .optional(),
});

const told = {
  verdict,
  because: z.string(),
  /** What somebody could do about it. */
  remedy: z.string().nullable(),
};

const disposition = z.object({
  at: time,
  delivery_id: z.string(),
  step: z.number(),
  attempt_number: z.number(),
  disposition: z.string(),
  verdict: z.string(),
  reason: z.string().nullable(),
  outcome: z.string().nullable(),
  status: z.number().nullable(),
  error_message: z.string().nullable(),
  next_attempt_at: time,
  retry_tier: z.string().nullable(),
  duration_ms: z.number(),
  config_revision: z.number(),
  read_from: coordinatesView,
});

export const explainView = z
  .object({
    event_id: z.string(),
    as_of: time.meta({
      description: 'all that was accepted by then is on record; null while that is not known',
    }),
    steps: z.array(step).meta({ description: 'the way to all endpoints alike' }),
    ended: z.object(told).nullable().meta({ description: 'set where it ended before any endpoint' }),
    endpoints: z.array(
      z.object({
        endpoint_id: z.string(),
        /** Null where it was deleted. */
        name: z.string().nullable(),
        ...told,
        /** The revision that the endpoint had when the event was routed, and the one it has now. */
        revisions: z.object({ as_routed: z.number().nullable(), current: z.number().nullable() }),
        /** From `matched` on; those before are the same for all. */
        steps: z.array(step),
        deliveries: z.array(deliveryView),
        /** Of its deliveries, by time; only where one endpoint was asked for. */
        dispositions: z.array(disposition).optional(),
        dispositions_left_out: z.number().optional().meta({
          description: 'how many are not there: of more than 1,000 the first 100 and the newest are',
        }),
      }),
    ),
    endpoints_left_out: z.number().meta({
      description: 'endpoints of the account that the answer does not speak of: ask for them by id',
    }),
  })
  .meta({ id: 'Explanation' });
