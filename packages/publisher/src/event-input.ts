import { isOperational, PUBLICATION_EVENT_TYPES } from '@herald/domain/event-type';
import { z } from 'zod';

/**
 * One publication event as an upstream service gives it: the fields of schemas/publication-event.avsc, with what can
 * be left out left out. A field that is not known here is refused, since dropping it would lose what it said.
 */

const MAX_ID_CHARS = 200;
const MAX_LINE_CHARS = 1_000;
const MAX_TEXT_CHARS = 20_000;
const MAX_URL_CHARS = 2_048;
const MAX_MEDIA_URLS = 50;
const MAX_METADATA_ENTRIES = 50;
const MAX_METADATA_CHARS = 2_000;

/** `isWellFormed` is younger than the oldest Node that this runs on. */
const LONE_SURROGATE = /\p{Surrogate}/u;

/** Half a surrogate pair has no UTF-8: Avro would write a replacement character in its place. */
const text = (maxChars: number) =>
  z
    .string()
    .max(maxChars, `it is longer than ${maxChars} characters`)
    .refine((value) => !LONE_SURROGATE.test(value), 'it holds half of a surrogate pair');

const id = text(MAX_ID_CHARS).trim().min(1, 'it is empty');
const optional = <S extends z.ZodType>(schema: S) => schema.nullish().transform((value) => value ?? null);
const url = z
  .url({ protocol: /^https?$/, error: 'it is not an http or https URL' })
  .max(MAX_URL_CHARS, `it is longer than ${MAX_URL_CHARS} characters`);

const instant = z
  .union([z.date(), z.iso.datetime({ offset: true })], {
    error: 'it is neither a Date nor an ISO 8601 time with a zone',
  })
  .transform((value) => new Date(value).getTime());

export const eventInputSchema = z.strictObject({
  event_id: z.uuid({ error: 'it is not a UUID' }).toLowerCase().optional(),
  event_type: z.enum(PUBLICATION_EVENT_TYPES, {
    error: ({ input }) =>
      isOperational(String(input))
        ? 'it is an operational event, which only Herald itself produces'
        : 'it is none of the three types',
  }),
  occurred_at: instant,
  account_id: id,
  project_id: id,
  channel: z.strictObject({
    id,
    type: z.string().regex(/^[a-z][a-z0-9_-]{0,49}$/, 'it is not a platform name in lower case'),
    name: optional(text(MAX_LINE_CHARS)),
  }),
  publication_id: id,
  content: z.strictObject({
    media_type: z.enum(['video', 'photo', 'text'], { error: 'it is none of video, photo, text' }),
    title: optional(text(MAX_LINE_CHARS)),
    caption: optional(text(MAX_TEXT_CHARS)),
    media_urls: z
      .array(url)
      .max(MAX_MEDIA_URLS, `it holds more than ${MAX_MEDIA_URLS} addresses`)
      .nullish()
      .transform((urls) => urls ?? []),
  }),
  status_code: optional(
    z.int({ error: 'it is not a whole number' }).min(100, 'it is below 100').max(599, 'it is above 599'),
  ),
  error_message: optional(text(MAX_TEXT_CHARS)),
  result: optional(
    z.strictObject({
      url: optional(url),
      publish_id: optional(text(MAX_LINE_CHARS)),
      post_id: optional(text(MAX_LINE_CHARS)),
    }),
  ),
  user_email: optional(text(MAX_LINE_CHARS)),
  profile_username: optional(text(MAX_LINE_CHARS)),
  metadata: z
    .record(text(MAX_LINE_CHARS), text(MAX_METADATA_CHARS))
    .refine(
      (entries) => Object.keys(entries).length <= MAX_METADATA_ENTRIES,
      `it holds more than ${MAX_METADATA_ENTRIES} entries`,
    )
    .nullish()
    .transform((entries) => entries ?? {}),
});

/** What `publish` takes. `occurred_at` is a Date or ISO 8601 with a zone, kept to the millisecond. */
export type EventInput = z.input<typeof eventInputSchema>;

const ID_EXPECTED = `text of 1 to ${MAX_ID_CHARS} characters`;

/** Completes "Give …" for each field; an item of a list or map is described by its list or map. */
export const FIELD_REMEDIES: Readonly<Record<string, string>> = {
  '': 'an object with the fields of one event',
  event_id: 'a UUID that is the same whenever this event is sent again, or leave it out',
  event_type: PUBLICATION_EVENT_TYPES.map((type) => `"${type}"`).join(' or '),
  occurred_at: 'ISO 8601 with a zone, for example "2024-03-15T14:30:00.000Z"',
  account_id: ID_EXPECTED,
  project_id: ID_EXPECTED,
  channel: 'an object with id, type and, where it has one, name',
  'channel.id': ID_EXPECTED,
  'channel.type': 'the platform in lower case, for example "instagram"',
  'channel.name': `text of at most ${MAX_LINE_CHARS} characters, or null`,
  publication_id: `${ID_EXPECTED}, the same for every event of one post`,
  content: 'an object with media_type and, where it has them, title, caption and media_urls',
  'content.media_type': '"video", "photo" or "text"',
  'content.title': `text of at most ${MAX_LINE_CHARS} characters, or null`,
  'content.caption': `text of at most ${MAX_TEXT_CHARS} characters, or null`,
  'content.media_urls': `a list of at most ${MAX_MEDIA_URLS} http or https URLs`,
  status_code: "the platform's HTTP status as a number from 100 to 599, or null",
  error_message: `text of at most ${MAX_TEXT_CHARS} characters, or null`,
  result: 'an object with url, publish_id and post_id, each of them or null, or null for the whole',
  'result.url': 'an http or https URL, or null',
  'result.publish_id': `text of at most ${MAX_LINE_CHARS} characters, or null`,
  'result.post_id': `text of at most ${MAX_LINE_CHARS} characters, or null`,
  user_email: `text of at most ${MAX_LINE_CHARS} characters, or null`,
  profile_username: `text of at most ${MAX_LINE_CHARS} characters, or null`,
  metadata: `an object of at most ${MAX_METADATA_ENTRIES} texts of at most ${MAX_METADATA_CHARS} characters by name`,
};
