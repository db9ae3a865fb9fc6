import { z } from 'zod';
import { coordinatesView, deliveryView, eventType, timeRange } from '../deliveries/delivery-fields.ts';
import { id, inOrder, page, pageOf } from '../http/fields.ts';

/** What an event is on the wire. Names are those of schemas/publication-event.avsc. */

export const eventQuery = inOrder(
  z.strictObject({
    project_id: id('a project', 'proj_1').optional(),
    channel_id: id('a channel', 'ch_instagram_1').optional(),
    event_type: eventType.optional(),
    publication_id: id('a publication', 'pub_1').optional(),
    include: z
      .literal('deliveries', { error: 'it is nothing that can be included' })
      .optional()
      .meta({ description: 'deliveries: each event with its deliveries as they stand, the first 20' }),
    ...timeRange,
    ...page,
  }),
);

export const eventParams = z.strictObject({
  event_id: id('an event', '0190a5d0-0000-7000-8000-000000000000'),
});

export const eventView = z
  .object({
    event_id: z.string(),
    event_type: z.string(),
    project_id: z.string(),
    channel_id: z.string(),
    channel_type: z.string(),
    publication_id: z.string(),
    occurred_at: z.string().nullable(),
    recorded_at: z.string().nullable(),
    origin: coordinatesView,
  })
  .meta({ id: 'Event' });

const nullableText = z.string().nullable();

/** The event as it was produced. */
const producedView = z.object({
  event_id: z.string(),
  event_type: z.string(),
  occurred_at: nullableText,
  account_id: z.string(),
  project_id: z.string(),
  channel: z.object({ id: z.string(), type: z.string(), name: nullableText }),
  publication_id: z.string(),
  content: z.object({
    media_type: z.string(),
    title: nullableText,
    caption: nullableText,
    media_urls: z.array(z.string()),
  }),
  status_code: z.number().nullable(),
  error_message: nullableText,
  result: z.object({ url: nullableText, publish_id: nullableText, post_id: nullableText }).nullable(),
  user_email: nullableText,
  profile_username: nullableText,
  metadata: z.record(z.string(), z.string()),
  /** Of an operational event: the endpoint that it is about. */
  endpoint: z
    .object({
      endpoint_id: z.string(),
      name: z.string(),
      url: z.string(),
      reason: z.string(),
      failing_since: nullableText,
      consecutive_failures: z.number().nullable(),
      last_outcome: nullableText,
    })
    .nullable(),
});

export const eventDetailView = eventView
  .extend({
    event: producedView,
    /** Null until the event is routed. */
    route: z
      .object({
        routed_at: nullableText,
        config_revision: z.number(),
        deliveries: z.array(z.object({ endpoint_id: z.string(), delivery_id: z.string() })),
      })
      .nullable(),
    deliveries: z.array(deliveryView).meta({ description: 'as they stand, the first 1,000' }),
    deliveries_left_out: z.number().meta({
      description: 'how many deliveries of the event are not among them: list them by event_id',
    }),
  })
  .meta({ id: 'EventDetail' });

export const eventPage = pageOf(
  /** Deliveries are there where they were to be included. */
  eventView.extend({ deliveries: z.array(deliveryView).optional() }),
).meta({ id: 'EventPage' });
