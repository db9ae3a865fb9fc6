import { DELIVERY_STATES } from '@herald/clickhouse/delivery-state';
import { hasWords } from '@herald/clickhouse/words';
import { EVENT_TYPES } from '@herald/domain/event-type';
import { WIRE_ERRORS } from '@herald/domain/outcome';
import { z } from 'zod';
import { id, inOrder, instant, page, pageOf, text } from '../http/fields.ts';

/** What a delivery is on the wire. Names are those of schemas/delivery-attempt.avsc. */

export const eventType = z
  .enum(EVENT_TYPES, { error: 'it is no type of event' })
  .meta({ description: `one of ${EVENT_TYPES.join(', ')}`, examples: ['publication.failed'] });

/** Half open: from ≤ time of the event < to. */
export const timeRange = {
  from: instant('the earliest time of the event').optional(),
  to: instant('the time before which the event happened').optional(),
};

const OUTCOMES = ['response', ...WIRE_ERRORS] as const;
const MAX_SEARCH_CHARS = 200;

/** A status, or 1 to 9 for all of its hundreds: receivers answer with what no standard knows. */
const status = z
  .string()
  .regex(/^[1-9](\d\d|xx)$/, 'it is neither a status nor a class of them')
  .transform((value) => Number(value.replace('xx', '')))
  .meta({ description: 'what one of its requests was answered with, as 503 or 5xx', examples: ['503'] });

const search = text(MAX_SEARCH_CHARS)
  .refine(hasWords, 'it holds no word')
  .meta({
    description:
      'words, whole and in any order, that all are in its event, or all in an answer to one of its requests and the error of it',
    examples: ['quota exceeded'],
  });

const narrowing = {
  project_id: id('a project', 'proj_1').optional(),
  channel_id: id('a channel', 'ch_instagram_1').optional(),
  endpoint_id: id('an endpoint', 'ep_01890a5d').optional(),
  state: z
    .enum(DELIVERY_STATES, { error: 'it is no state of a delivery' })
    .optional()
    .meta({ description: `one of ${DELIVERY_STATES.join(', ')}`, examples: ['dead'] }),
  status: status.optional(),
  outcome: z
    .enum(OUTCOMES, { error: 'it is no outcome of a request' })
    .optional()
    .meta({
      description: `what one of its requests ended in, one of ${OUTCOMES.join(', ')}`,
      examples: ['timeout'],
    }),
  event_type: eventType.optional(),
  publication_id: id('a publication', 'pub_1').optional(),
  event_id: id('an event', '0190a5d0-0000-7000-8000-000000000000').optional(),
};

/** Filters as the history names them. */
export function narrowedBy(query: z.output<z.ZodObject<typeof narrowing>>) {
  return {
    projectId: query.project_id,
    channelId: query.channel_id,
    endpointId: query.endpoint_id,
    state: query.state,
    status: query.status,
    outcome: query.outcome,
    eventType: query.event_type,
    publicationId: query.publication_id,
    eventId: query.event_id,
  };
}

export const deliveryQuery = inOrder(
  z.strictObject({
    ...narrowing,
    search: search.optional(),
    ...timeRange,
    ...page,
  }),
);

/** The same filters, but words, over a range that ends. */
export const facetQuery = z.strictObject({ ...narrowing, ...timeRange });

const facet = z.array(z.object({ value: z.string(), deliveries: z.number() }));

/** Of each facet the 50 most frequent values. */
export const facetView = z
  .object({
    from: z.string().nullable(),
    to: z.string().nullable(),
    deliveries: z.number(),
    state: facet,
    event_type: facet,
    status: facet.meta({
      description: 'by class; a delivery counts in each that one of its requests was answered with',
    }),
    outcome: facet,
    endpoint_id: facet,
  })
  .meta({ id: 'DeliveryFacets' });

export const deliveryParams = z.strictObject({
  delivery_id: z.uuid({ error: 'it is not a UUID' }).meta({
    description: 'the id of a delivery, a UUID',
    examples: ['6f1c1f0e-6a51-5d0c-9f6a-0b6f3a1e7c42'],
  }),
});

export const deliveryView = z
  .object({
    delivery_id: z.string(),
    endpoint_id: z.string(),
    event_id: z.string(),
    project_id: z.string(),
    channel_id: z.string(),
    publication_id: z.string(),
    event_type: z.string(),
    cause: z.string(),
    state: z.enum(DELIVERY_STATES),
    reason: z.string().nullable(),
    attempts: z.number(),
    last_outcome: z.string().nullable(),
    last_status: z.number().nullable(),
    next_attempt_at: z.string().nullable(),
    occurred_at: z.string().nullable(),
    updated_at: z.string().nullable(),
  })
  .meta({ id: 'Delivery' });

export const coordinatesView = z.object({ topic: z.string(), partition: z.number(), offset: z.number() });

const body = {
  body: z.string().nullable().meta({
    description:
      'null where it is left out: a delivery is shown with the newest of its bodies, about 1 MiB of what was sent and 1 MiB of what came back',
  }),
  /** base64 where the bytes are no UTF-8, as where a body was cut within a character. */
  body_encoding: z.enum(['utf-8', 'base64']),
};

export const attemptView = z
  .object({
    attempt_id: z.string(),
    step: z.number(),
    attempt_number: z.number(),
    disposition: z.string(),
    verdict: z.string(),
    reason: z.string().nullable(),
    outcome: z.string().nullable(),
    error_message: z.string().nullable(),
    next_attempt_at: z.string().nullable(),
    retry_tier: z.string().nullable(),
    request: z
      .object({ method: z.string(), url: z.string(), headers: z.record(z.string(), z.string()), ...body })
      .nullable(),
    response: z
      .object({
        status: z.number(),
        headers: z.record(z.string(), z.string()),
        ...body,
        body_truncated: z.boolean(),
      })
      .nullable(),
    remote_address: z.string().nullable(),
    started_at: z.string().nullable(),
    duration_ms: z.number(),
    first_byte_ms: z.number().nullable(),
    dns_ms: z.number().nullable().meta({
      description: 'of opening the connection; null where that was open already, or the part was not needed',
    }),
    connect_ms: z.number().nullable(),
    tls_ms: z.number().nullable(),
    config_revision: z.number(),
    dispatcher_id: z.string(),
    read_from: coordinatesView,
  })
  .meta({ id: 'Attempt' });

export const deliveryDetailView = deliveryView
  .extend({
    origin: coordinatesView.nullable(),
    history: z.array(attemptView).meta({
      description:
        'every disposition, by step; those that made a request have it and what came back. Of more than 1,000 the first 100 and the newest',
    }),
    history_left_out: z.number().meta({ description: 'how many dispositions history does not have' }),
  })
  .meta({ id: 'DeliveryDetail' });

export const deliveryPage = pageOf(deliveryView).meta({ id: 'DeliveryPage' });
