import type { EventType } from '@herald/domain/event-type';
import { z } from 'zod';

/**
 * What a receiver gets in the format `publication`, one schema for each event type, described for integrators. Fields may
 * be added, none is removed or changes its meaning: a receiver ignores what it does not know.
 */

const timestamp = z.iso.datetime().meta({
  description: 'When it happened at the platform, ISO 8601 in UTC.',
  examples: ['2026-03-15T14:30:00.000Z'],
});

const channel = z
  .object({
    id: z.string().meta({ description: 'Id of the channel.', examples: ['ch_ig_bright'] }),
    type: z.string().meta({
      description: 'The platform, in lower case: instagram, youtube, tiktok, facebook, x, linkedin, …',
      examples: ['instagram'],
    }),
    name: z.string().nullable().meta({ description: 'Display name of the social account.' }),
  })
  .meta({ description: 'One social account or platform within a project.' });

const content = z
  .object({
    media_type: z.enum(['video', 'photo', 'text', 'unknown']).meta({
      description: 'Kind of the post; unknown stands for a kind that this Herald is too old to know.',
    }),
    title: z.string().nullable().meta({ description: 'Title as given for the post.' }),
    caption: z.string().nullable().meta({ description: 'Caption or text as given for the post.' }),
    media_urls: z.array(z.string()).meta({ description: 'Where the media were uploaded from.' }),
  })
  .meta({ description: 'The post as it was given.' });

const result = z
  .object({
    url: z.string().nullable().meta({ description: 'Public address of the post.' }),
    publish_id: z.string().nullable().meta({ description: "The platform's id of the publishing job." }),
    post_id: z.string().nullable().meta({ description: "The platform's id of the post." }),
  })
  .nullable()
  .meta({ description: 'Ids and address given by the platform; null where nothing was published.' });

export const publicationData = z
  .object({
    event_id: z.string().meta({ description: 'Unique id of the event, the same in every delivery of it.' }),
    publication_id: z
      .string()
      .meta({ description: 'Id of the post; every event about one post carries the same one.' }),
    project_id: z.string().meta({ description: 'The project that the channel belongs to.' }),
    channel,
    content,
    status_code: z
      .int()
      .nullable()
      .meta({ description: "The platform's HTTP status for the publishing call, where there was one." }),
    error_message: z.string().nullable().meta({ description: 'Why publishing failed; null unless it did.' }),
    result,
    metadata: z
      .record(z.string(), z.string())
      .meta({ description: "The publishing platform's own labels, passed on untouched." }),
  })
  .meta({ description: 'The change of a publication.' });

export const noticeData = z
  .object({
    event_id: z.string().meta({ description: 'Unique id of the event, the same in every delivery of it.' }),
    project_id: z.string().meta({ description: 'The project that the endpoint belongs to.' }),
    endpoint_id: z.string().meta({ description: 'The endpoint that this is about.' }),
    name: z.string().meta({ description: 'Its name for people.' }),
    url: z.string().meta({ description: 'Where it POSTs to, without the parts that may hold a secret.' }),
    reason: z.string().meta({
      description:
        'Why: failing (no attempt succeeded for long), gone (it answered 410), or another reason to disable it.',
      examples: ['failing'],
    }),
    failing_since: z.iso
      .datetime()
      .nullable()
      .meta({ description: 'First failure without a success after it, ISO 8601 in UTC.' }),
    consecutive_failures: z
      .int()
      .nullable()
      .meta({ description: 'Failures in a row, as far as they are known.' }),
    last_outcome: z
      .string()
      .nullable()
      .meta({ description: 'How the last attempt ended: the status of the response as text, or the error.' }),
  })
  .meta({ description: 'An endpoint that fails or was disabled.' });

function message<T extends EventType, D extends z.ZodType>(type: T, data: D, description: string) {
  return z
    .object({ type: z.literal(type).meta({ description: 'What happened.' }), timestamp, data })
    .meta({ description });
}

export const publicationMessages = {
  'publication.published': message('publication.published', publicationData, 'A post was published.'),
  'publication.failed': message('publication.failed', publicationData, 'A post could not be published.'),
  'publication.deleted': message('publication.deleted', publicationData, 'A published post was deleted.'),
  'endpoint.failing': message(
    'endpoint.failing',
    noticeData,
    'No attempt to an endpoint has succeeded for 24 or 72 hours.',
  ),
  'endpoint.disabled': message(
    'endpoint.disabled',
    noticeData,
    'An endpoint was disabled; what it misses is held for it.',
  ),
} satisfies Record<EventType, z.ZodType>;
