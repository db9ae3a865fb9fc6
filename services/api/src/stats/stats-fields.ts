import { z } from 'zod';
import { eventType } from '../deliveries/delivery-fields.ts';
import { id, instant, page } from '../http/fields.ts';
import { BUCKETS, MAX_BUCKETS, MAX_DAYS } from './range.ts';

/** What figures are on the wire. */

const projectId = id('a project', 'proj_1').optional();
const endpointId = id('an endpoint', 'ep_01890a5d');

const range = {
  from: instant(`the beginning, at most ${MAX_DAYS} days before to; without it, a day before to`).optional(),
  to: instant('the time before which it ends; without it, now').optional(),
};

const bucket = z
  .enum(BUCKETS, { error: 'it is no length of a bucket' })
  .optional()
  .meta({
    description: `one of ${BUCKETS.join(', ')}, so that there are at most ${MAX_BUCKETS} buckets; without it, one that suits the range`,
    examples: ['1h'],
  });

export const endpointStatsQuery = z.strictObject({ ...range, bucket, event_type: eventType.optional() });

export const statsQuery = z.strictObject({
  ...endpointStatsQuery.shape,
  project_id: projectId,
  channel_id: id('a channel', 'ch_instagram_1').optional(),
  endpoint_id: endpointId.optional(),
});

export const endpointsQuery = z.strictObject({ ...range, project_id: projectId, limit: page.limit });

export const lagQuery = z.strictObject({ limit: page.limit });

export const endpointParams = z.strictObject({ endpoint_id: endpointId });

const count = z.number();
/** Of 1; null where there is nothing to take a share of. */
const share = z.number().nullable();
const time = z.string().nullable();

const attempts = z.object({
  total: count,
  verdicts: z.object({ delivered: count, retry: count, dead: count, hold: count, none: count }),
  /** By class of the status (`2xx`), or by the name of the wire error. */
  outcomes: z.record(z.string(), count),
  /** Delivered, of those that something was decided from. */
  success_rate: share,
  duration_ms: z.object({ p50: z.number(), p95: z.number(), p99: z.number() }).nullable(),
});

const figures = {
  /** Requests that began in the time. */
  attempts,
  /** Deliveries whose event happened in the time, by the state that they are in now. */
  deliveries: z.object({
    total: count,
    pending: count,
    waiting: count,
    held: count,
    cancelled: count,
    dead: count,
    delivered: count,
  }),
};

export const statsView = z
  .object({
    as_of: time.meta({
      description: 'all that was accepted by then is counted; null while that is not known',
    }),
    from: time,
    to: time,
    bucket_seconds: z.number(),
    total: z.object(figures),
    buckets: z
      .array(z.object({ from: time, ...figures }))
      .meta({ description: 'of the whole range, those without anything too, oldest first' }),
  })
  .meta({ id: 'Stats' });

export const endpointsView = z
  .object({
    from: time,
    to: time,
    items: z.array(z.object({ endpoint_id: z.string(), attempts })),
  })
  .meta({ id: 'EndpointStats' });

export const topFailingView = z
  .object({
    from: time,
    to: time,
    items: z.array(
      z.object({
        endpoint_id: z.string(),
        attempts: count,
        failures: count,
        failure_rate: z.number(),
        commonest_outcome: z.string(),
        last_failure_at: time,
      }),
    ),
  })
  .meta({ id: 'TopFailing' });

export const lagView = z
  .object({
    as_of: time.meta({
      description:
        'the moment that it speaks of; null until the logger has caught up once: no lag is known then',
    }),
    items: z.array(
      z.object({
        endpoint_id: z.string(),
        open: count,
        pending: count,
        waiting: count,
        held: count,
        oldest_due_at: time,
        /** How long the oldest is due; 0 where none is due yet, null while `as_of` is. */
        lag_seconds: z.number().nullable(),
      }),
    ),
  })
  .meta({ id: 'Lag' });
