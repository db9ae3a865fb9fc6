import { DELIVERY_STATES } from '@herald/clickhouse/delivery-state';
import { EVENT_TYPES } from '@herald/domain/event-type';
import { z } from 'zod';
import { id, instant, page, pageOf, text } from '../http/fields.ts';
import { contradictionsOf } from './replay-contradictions.ts';
import { REPLAYED_TOPICS } from './replay-topics.ts';

/** What a replay is on the wire, in and out. */

const MAX_RANGES = 100;
const MAX_VALUES = 200;
const MAX_IDS = 1_000;

/** Of all lists together: whoever knows of replays has their filters in memory. */
const MAX_NAMES = 1_000;
const MAX_NAMES_CHARS = 50_000;

export function namesFewEnough(filter: Readonly<Record<string, unknown>>): boolean {
  const names = Object.values(filter).flatMap((each) => (Array.isArray(each) ? each.map(String) : []));
  const chars = names.reduce((sum, name) => sum + name.length, 0);
  return names.length <= MAX_NAMES && chars <= MAX_NAMES_CHARS;
}

export const NAMES_TOO_MANY = {
  error: `it names more than ${MAX_NAMES} values in all its lists, or more than ${MAX_NAMES_CHARS} characters of them: make several of it`,
};

const offset = z
  .int({ error: 'it is not a whole number' })
  .min(0, 'it is below 0')
  .meta({ description: 'an offset, from 0', examples: [0] });

const range = z
  .strictObject({
    partition: z
      .int({ error: 'it is not a whole number' })
      .min(0, 'it is below 0')
      .meta({ description: 'a partition of the topic, from 0', examples: [0] }),
    from: offset,
    to: offset.optional(),
  })
  .refine(({ from, to }) => to === undefined || from < to, { error: 'it is not above from', path: ['to'] })
  .meta({
    description: 'a partition, its first offset, and the offset after the last one (without it, to the end)',
    examples: [{ partition: 0, from: 100, to: 200 }],
  });

function listOf<S extends z.ZodType<string | number>>(item: S, max: number, what: string, example: unknown) {
  return z
    .array(item)
    .max(max, `it holds more than ${max}`)
    .default([])
    .meta({ description: `at most ${max} ${what}, none for any`, examples: [[example]] });
}

export const source = z
  .strictObject({
    kind: z.enum(['topic', 'history'], { error: 'it is neither topic nor history' }).meta({
      description: 'topic (records of a topic) or history (deliveries by how they stand)',
      examples: ['topic'],
    }),
    topic: z
      .enum(REPLAYED_TOPICS, { error: 'it is no topic that can be replayed' })
      .optional()
      .meta({ description: `one of ${REPLAYED_TOPICS.join(', ')}`, examples: ['events'] }),
    ranges: z
      .array(range)
      .max(MAX_RANGES, `it holds more than ${MAX_RANGES} ranges`)
      .optional()
      .meta({
        description: `of a topic, at most ${MAX_RANGES} ranges of offsets`,
        examples: [[{ partition: 0, from: 100, to: 200 }]],
      }),
    everything: z
      .literal(true, { error: 'it is not true' })
      .optional()
      .meta({ description: 'true, for everything that the topic has', examples: [true] }),
    states: listOf(
      z.enum(DELIVERY_STATES, { error: 'it is no state of a delivery' }),
      DELIVERY_STATES.length,
      `of ${DELIVERY_STATES.join(', ')}`,
      'dead',
    ),
    last_statuses: listOf(
      z.int({ error: 'it is not a whole number' }).min(0, 'it is below 0').max(999, 'it is above 999'),
      MAX_VALUES,
      'HTTP statuses of the last answer, of dead ones those that they died of; 0 for no answer',
      500,
    ),
    from: instant(
      'of a topic, when Kafka took the record at the earliest; of the history, the time of the event',
    ).optional(),
    to: instant('the time before which it was').optional(),
  })
  .meta({
    description: 'what is read',
    examples: [{ kind: 'topic', topic: 'events', from: '2026-03-15T14:30:00Z' }],
  });

export const filter = z
  .strictObject({
    project_id: id('a project', 'proj_1').optional(),
    endpoint_ids: listOf(id('an endpoint', 'ep_01890a5d'), MAX_IDS, 'ids of endpoints', 'ep_01890a5d'),
    channel_ids: listOf(id('a channel', 'ch_1'), MAX_IDS, 'ids of channels', 'ch_1'),
    event_types: listOf(
      z.enum(EVENT_TYPES, { error: 'it is no type of event' }),
      EVENT_TYPES.length,
      `of ${EVENT_TYPES.join(', ')}`,
      'publication.failed',
    ),
    publication_ids: listOf(id('a publication', 'pub_1'), MAX_IDS, 'ids of publications', 'pub_1'),
    event_ids: listOf(id('an event', '0190a5d0'), MAX_IDS, 'ids of events', '0190a5d0'),
    reasons: listOf(
      text(100).min(1, 'it is empty'),
      MAX_VALUES,
      'reasons for being dead or held',
      'exhausted',
    ),
  })
  .refine(namesFewEnough, NAMES_TOO_MANY)
  .prefault({})
  .meta({
    description: `what of the source is replayed, in all lists at most ${MAX_NAMES} values of ${MAX_NAMES_CHARS} characters`,
    examples: [{ event_types: ['publication.failed'] }],
  });

export function replayBody(maxPerSecond: number, now: () => number) {
  return z
    .strictObject({
      source,
      filter,
      target_endpoint_id: id('the endpoint that all of it goes to', 'ep_01890a5d').optional(),
      skip_delivered: z
        .boolean({ error: 'it is neither true nor false' })
        .default(true)
        .meta({
          description:
            'whether what an endpoint has accepted is left out and, of anything but events, what still comes to it by itself',
          examples: [true],
        }),
      per_second: z
        .int({ error: 'it is not a whole number' })
        .min(1, 'it is below 1')
        .max(maxPerSecond, `it is above ${maxPerSecond}`)
        .default(Math.min(100, maxPerSecond))
        .meta({
          description: `deliveries a second, 1 to ${maxPerSecond}; an endpoint with ordering gets them in order as long as it takes them as fast, and accepts each`,
          examples: [100],
        }),
      dry_run: z
        .boolean({ error: 'it is neither true nor false' })
        .default(false)
        .meta({ description: 'whether it stays a plan until it is started', examples: [true] }),
    })
    .superRefine((body, context) => {
      for (const { path, message } of contradictionsOf(body, now())) {
        context.addIssue({ code: 'custom', path: [...path], message, input: body });
      }
    })
    .meta({ description: 'a JSON object with at least source' });
}

export const replayParams = z.strictObject({ replay_id: id('a replay', 'rp_01890a5d') });

export const replayQuery = z.strictObject({ ...page });

const time = z.string().nullable();

const tally = z.object({
  scanned: z.number(),
  matched: z.number(),
  sent: z.number(),
  skipped: z.record(z.string(), z.number()),
});

export const replayView = z
  .object({
    replay_id: z.string(),
    state: z.string().meta({ description: '`pending` until a replayer has taken it up' }),
    wanted: z.string(),
    dry_run: z.boolean(),
    waiting_for: z.string().nullable(),
    error: z.string().nullable(),
    source: z.record(z.string(), z.unknown()),
    filter: z.record(z.string(), z.unknown()),
    target_endpoint_id: z.string().nullable(),
    skip_delivered: z.boolean(),
    per_second: z.number(),
    planned: tally.meta({ description: '`sent` of the plan is what it would send' }),
    done: tally,
    to_send: z.number(),
    sent: z.number(),
    remaining: z.number(),
    estimate_seconds: z
      .number()
      .nullable()
      .meta({ description: 'for what remains, at its rate; null until the plan is ready' }),
    expired: z.array(z.object({ partition: z.number(), from: z.number(), to: z.number() })),
    not_there_yet: z
      .array(z.object({ partition: z.number(), from: z.number(), to: z.number() }))
      .meta({ description: 'offsets asked for beyond the end of their partition: they are no part of it' }),
    partitions: z.array(
      z.object({
        partition: z.number(),
        from: z.number(),
        to: z.number(),
        position: z.number(),
        to_send: z.number(),
        sent: z.number(),
      }),
    ),
    endpoints: z
      .array(z.object({ endpoint_id: z.string().nullable(), to_send: z.number(), sent: z.number() }))
      .meta({ description: '`endpoint_id` is null for the sum of those beyond the first 500' }),
    held_endpoints: z
      .array(z.object({ endpoint_id: z.string(), reason: z.string() }))
      .meta({ description: 'what goes to these waits until their hold ends' }),
    samples: z.array(
      z.object({
        event_id: z.string(),
        endpoint_id: z.string(),
        publication_id: z.string(),
        event_type: z.string(),
        occurred_at: time,
      }),
    ),
    created_at: time,
    planned_at: time,
    finished_at: time,
    updated_at: time,
  })
  .meta({ id: 'Replay' });

export const replayPage = pageOf(replayView).meta({ id: 'ReplayPage' });
