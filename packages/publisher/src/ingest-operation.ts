import { z } from 'zod';
import { eventInputSchema } from './event-input.ts';

/** `POST /v1/events` as data: the service that takes it and the documentation of the API go by the same. */

/** In JSON a time is text; the account is that of the API key. */
const event = eventInputSchema
  .extend({
    occurred_at: z.iso.datetime({ offset: true }),
    account_id: eventInputSchema.shape.account_id.optional(),
  })
  .meta({ id: 'NewEvent', description: 'One publication event.' });

const publishedExample = {
  event_type: 'publication.published',
  occurred_at: '2026-03-15T14:30:00.000Z',
  project_id: 'proj_1',
  channel: { id: 'ch_instagram_1', type: 'instagram' },
  publication_id: 'pub_1',
  content: { media_type: 'photo', caption: 'Spring is here' },
  result: { url: 'https://www.instagram.com/p/abc/', publish_id: 'p1', post_id: '17' },
};
const failedExample = {
  event_type: 'publication.failed',
  occurred_at: '2026-03-15T14:31:00.000Z',
  project_id: 'proj_1',
  channel: { id: 'ch_tiktok_1', type: 'tiktok' },
  publication_id: 'pub_1',
  content: { media_type: 'photo', caption: 'Spring is here' },
  status_code: 429,
  error_message: 'The quota of uploads is used up',
};
const cloudEventExample = {
  specversion: '1.0',
  id: '0190a5d0-0000-7000-8000-000000000000',
  source: '/projects/proj_1/channels/ch_instagram_1',
  type: 'publication.published',
  time: '2026-03-15T14:30:00.000Z',
  subject: 'pub_1',
  data: {
    channel: { type: 'instagram' },
    content: { media_type: 'photo', caption: 'Spring is here' },
  },
};

const cloudEvent = z
  .looseObject({
    specversion: z.literal('1.0'),
    id: z.string().min(1).meta({ description: 'event_id, where it is a UUID; otherwise one is made of it' }),
    source: z
      .string()
      .min(1)
      .meta({
        description: '/projects/<project_id>/channels/<channel.id>, or any, with these fields in data',
        examples: ['/projects/proj_1/channels/ch_instagram_1'],
      }),
    type: z
      .string()
      .min(1)
      .meta({ description: 'event_type', examples: ['publication.published'] }),
    time: z.iso.datetime({ offset: true }).optional().meta({ description: 'occurred_at' }),
    subject: z.string().min(1).optional().meta({ description: 'publication_id' }),
    datacontenttype: z
      .string()
      .optional()
      .meta({ description: 'a JSON type', examples: ['application/json'] }),
    data: z.record(z.string(), z.unknown()).optional().meta({ description: 'the other fields of the event' }),
  })
  .meta({ id: 'NewCloudEvent', description: 'One event as a CloudEvent 1.0; extensions become metadata.' });

const batch = z.array(event).min(1).meta({ description: 'events, at least one' });

const ndjson = z.string().meta({ description: 'an event as JSON on each line' });

const published = z
  .object({
    event_id: z.string(),
    topic: z.string(),
    partition: z.int(),
    offset: z.int(),
    repeated: z
      .literal(true)
      .optional()
      .meta({ description: 'it was on record already, as it is here: nothing was written' }),
  })
  .meta({ id: 'PublishedEvent', description: 'An event that is on record.' });

export const ingestOperation = {
  method: 'post',
  path: '/v1/events',
  operationId: 'sendEvents',
  summary: 'Send events.',
  description: `Send one event or several. 202 says that all of them are on record: Kafka has acknowledged them on all in-sync replicas; of a request that is refused none is. An event that is sent again with its event_id, or a request with its Idempotency-Key, is written once.

In the binary mode of CloudEvents the attributes are header fields (\`ce-specversion\`, \`ce-id\`, …) and the body is \`data\`.`,
  role: 'write',
  /** By the type of its content. */
  contents: {
    'application/json': z.union([event, batch, z.strictObject({ events: batch })]),
    'application/x-ndjson': ndjson,
    'application/jsonl': ndjson,
    'application/cloudevents+json': cloudEvent,
    'application/cloudevents-batch+json': z.array(cloudEvent).min(1),
  },
  /** Bodies that are accepted, by the type of their content and a name. */
  examples: {
    'application/json': { one: publishedExample, several: { events: [publishedExample, failedExample] } },
    'application/x-ndjson': {
      several: `${JSON.stringify(publishedExample)}\n${JSON.stringify(failedExample)}\n`,
    },
    'application/cloudevents+json': { one: cloudEventExample },
    'application/cloudevents-batch+json': { several: [cloudEventExample] },
  },
  /** None has to be sent. */
  requestHeaders: {
    'idempotency-key': z
      .string()
      .regex(/^[\x20-\x7e]{1,255}$/)
      .meta({ description: 'printable ASCII: the same one again asks for the same thing' }),
    traceparent: z.string().meta({ description: 'W3C Trace Context: it goes with the events' }),
  },
  status: 202,
  /** One where one event was sent by itself. */
  answers: z.union([published, z.object({ events: z.array(published) })]),
  /** Some may be left out. */
  responseHeaders: {
    'idempotent-replayed': z
      .literal('true')
      .meta({ description: 'the answer is that of an earlier request with the same Idempotency-Key' }),
    ratelimit: z.string().meta({
      description: 'what remains of the quota of events',
      examples: ['"events";r=999;t=1'],
    }),
    'ratelimit-policy': z.string().meta({
      description: 'the quota of events in a window of seconds',
      examples: ['"events";q=1000;w=1'],
    }),
  },
  /** Status and code of each problem. */
  problems: [
    '400 malformed_idempotency_key',
    '400 malformed_json',
    '400 refused',
    '401 unauthorized',
    '403 foreign_account',
    '403 forbidden',
    '413 body_too_large',
    '413 too_many_events',
    '413 unwritable_events',
    '415 refused',
    '415 unsupported_type',
    '422 event_id_conflict',
    '422 idempotency_key_conflict',
    '422 invalid_events',
    '422 no_events',
    '422 not_events',
    '429 account_overloaded',
    '429 quota_exceeded',
    '431 headers_too_large',
    '503 not_acknowledged',
    '503 overloaded',
    '503 stopping',
  ],
} as const;
