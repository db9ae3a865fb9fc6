import { EVENT_TYPES, OPERATIONAL_EVENT_TYPES } from '@herald/domain/event-type';
import { RETRY_TIERS } from '@herald/domain/retry-tiers';
import {
  customHeaderProblem,
  MAX_CUSTOM_HEADER_VALUE_CHARS,
  MAX_CUSTOM_HEADERS,
} from '@herald/webhook/custom-headers';
import { parseSecret } from '@herald/webhook/secret';
import { MAX_URL_CHARS } from '@herald/webhook/url';
import { z } from 'zod';
import { asInteger, id, page, text } from '../http/fields.ts';
import { botToken, chatId, slackUrl } from './chat-fields.ts';
import { filter } from './filter-field.ts';
import { SET } from './header-values.ts';

/** What an endpoint is on the wire, as it is asked for. Names are those of schemas/endpoint-config.avsc. */

const MAX_CHANNELS = 1_000;
const MAX_RETRIES = 50;
export const TIER_NAMES = RETRY_TIERS.map(({ name }) => name);

const uniqueItems = <T>(items: T[]): boolean => new Set(items).size === items.length;

const name = text(200).meta({ description: 'a name for people, at most 200 characters', examples: ['CRM'] });

const url = text(MAX_URL_CHARS)
  .min(1, 'it is empty')
  .meta({
    description: `the https URL to POST to, at most ${MAX_URL_CHARS} characters`,
    examples: ['https://example.com/hooks'],
  });

export const format = z
  .enum(['publication', 'upload-post', 'cloudevents'], { error: 'it is no format that Herald has' })
  .meta({ description: 'publication, upload-post or cloudevents', examples: ['publication'] });

const channelIds = z
  .array(id('a channel', 'ch_instagram_1'))
  .max(MAX_CHANNELS, `it holds more than ${MAX_CHANNELS} channels`)
  .refine(uniqueItems, 'it names a channel twice')
  .meta({ description: `at most ${MAX_CHANNELS} ids of channels, none for all`, examples: [[]] });

const eventTypes = z
  .array(z.enum(EVENT_TYPES, { error: 'it is no type of event' }))
  .max(EVENT_TYPES.length, 'it names more types than there are')
  .refine(uniqueItems, 'it names a type twice')
  .meta({
    description: `any of ${EVENT_TYPES.join(', ')}; none for all of publications, without ${OPERATIONAL_EVENT_TYPES.join(' and ')}`,
    examples: [['publication.failed']],
  });

export const subscription = z
  .strictObject({
    channel_ids: channelIds.default([]),
    event_types: eventTypes.default([]),
    filter: filter.default(null),
  })
  .meta({
    description: 'an object with channel_ids, event_types and filter',
    examples: [{ event_types: [] }],
  });

/** Without defaults: one would widen what the patch does not speak of. */
const subscriptionPatch = z
  .strictObject({ channel_ids: channelIds, event_types: eventTypes, filter })
  .partial()
  .meta({
    description: 'an object with those of channel_ids, event_types and filter that are to change',
    examples: [{ event_types: [] }],
  });

export const state = z
  .enum(['active', 'paused', 'disabled', 'off'], { error: 'it is none of the four states' })
  .meta({
    description:
      'active; paused or disabled: deliveries are held, not lost; or off: nothing is routed to it, and what was under way is held',
    examples: ['active'],
  });

const retrySchedule = z
  .array(z.enum(TIER_NAMES, { error: 'it is no retry tier' }))
  .min(1, 'it is empty')
  .max(MAX_RETRIES, `it holds more than ${MAX_RETRIES} retries`)
  .nullable()
  .meta({
    description: `1 to ${MAX_RETRIES} of ${TIER_NAMES.join(', ')}, one for each retry; null for the default of about three days`,
    examples: [['5s', '2m', '1h']],
  });

const timeoutMs = z
  .int({ error: 'it is not a whole number' })
  .min(100, 'it is below 100')
  .max(30_000, 'it is above 30000')
  .meta({ description: 'milliseconds that one attempt may take, 100 to 30000', examples: [15_000] });

const maxConcurrency = z
  .int({ error: 'it is not a whole number' })
  .min(1, 'it is below 1')
  .max(1_000, 'it is above 1000')
  .meta({ description: 'attempts under way at once, 1 to 1000', examples: [10] });

const rateLimitPerSecond = z
  .number({ error: 'it is not a number' })
  .min(0.01, 'it is below 0.01')
  .max(10_000, 'it is above 10000')
  .nullable()
  .meta({ description: 'attempts a second at most, 0.01 to 10000, or null for no limit', examples: [20] });

export const ordering = z.enum(['none', 'publication'], { error: 'it is no order that Herald keeps' }).meta({
  description:
    'none, or publication: one delivery at a time, in order; while one is retried, those behind it wait',
  examples: ['none'],
});

export const onDeadHead = z.enum(['skip', 'hold'], { error: 'it is neither skip nor hold' }).meta({
  description:
    'with ordering: skip goes on behind a delivery that was given up, hold holds the endpoint until it is resumed',
  examples: ['skip'],
});

const headers = z
  .record(
    z.string().meta({ pattern: "^[!#$%&'*+.^_`|~0-9A-Za-z-]+$" }),
    z.string({ error: 'it is not a text' }).meta({
      pattern: '^[!-~]([\\t -~]*[!-~])?$',
      maxLength: MAX_CUSTOM_HEADER_VALUE_CHARS,
    }),
  )
  .transform((given) =>
    Object.fromEntries(Object.entries(given).map(([key, value]) => [key.toLowerCase(), value])),
  )
  .superRefine((given, context) => {
    const entries = Object.entries(given);
    if (entries.length > MAX_CUSTOM_HEADERS) {
      context.addIssue({ code: 'custom', message: `it holds more than ${MAX_CUSTOM_HEADERS} header fields` });
    }
    for (const [key, value] of entries) {
      const problem = customHeaderProblem(key, value);
      if (problem) context.addIssue({ code: 'custom', message: problem, path: [key] });
    }
  })
  .meta({
    description: `at most ${MAX_CUSTOM_HEADERS} header fields to add to requests, none of those that Herald sets itself; a change may send ${SET}, which an answer has for each value, to keep the value`,
    maxProperties: MAX_CUSTOM_HEADERS,
    examples: [{ 'x-api-key': 'abc' }],
  });

const secret = z
  .string({ error: 'it is not a text' })
  .superRefine((given, context) => {
    const parsed = parseSecret(given);
    if (parsed.kind === 'invalid') context.addIssue({ code: 'custom', message: parsed.message });
  })
  .meta({
    description:
      'a signing secret to take over, whsec_<base64> of 24 to 64 bytes or whsk_<base64>; leave it out and Herald makes one',
    pattern: '^wh(sec|sk)_[A-Za-z0-9+/]{32,88}={0,2}$',
    writeOnly: true,
  });

const signingScheme = z
  .enum(['v1', 'v1a'], { error: 'it is no scheme of Standard Webhooks' })
  .meta({ description: 'v1 (HMAC-SHA256) or v1a (Ed25519)', examples: ['v1'] });

/** A secret tells its scheme by its prefix. */
const hasOneScheme = (given: { secret?: unknown; signing_scheme?: unknown }): boolean =>
  given.secret === undefined || given.signing_scheme === undefined;
const ONE_SCHEME = { dependentSchemas: { secret: { properties: { signing_scheme: false } } } };
const TWO_SCHEMES = {
  error: 'it is given along with secret, which tells the scheme by itself',
  path: ['signing_scheme'],
};

/** One value of the kind that a member of the union has. */
const kind = <K extends string>(only: K) =>
  z.literal(only).meta({ description: 'webhook, telegram or slack', examples: [only] });

const projectId = id('a project, or * for all projects of the account', 'proj_1');

const forEveryKind = {
  name: name.default(''),
  subscription: subscription.prefault({}),
  state: state.default('active'),
  retry_schedule: retrySchedule.default(null),
  timeout_ms: timeoutMs.default(15_000),
  max_concurrency: maxConcurrency.default(10),
  ordering: ordering.default('none'),
  on_dead_head: onDeadHead.default('skip'),
};

const newWebhook = z
  .strictObject({
    kind: kind('webhook').default('webhook'),
    project_id: projectId,
    url,
    format: format.default('publication'),
    ...forEveryKind,
    rate_limit_per_second: rateLimitPerSecond.default(null),
    headers: headers.prefault({}),
    secret: secret.optional(),
    signing_scheme: signingScheme.optional(),
  })
  .refine(hasOneScheme, TWO_SCHEMES)
  .meta({ description: 'a JSON object with at least project_id and url', ...ONE_SCHEME });

const newTelegramChat = z
  .strictObject({
    kind: kind('telegram'),
    project_id: projectId,
    chat_id: chatId,
    token: botToken.default(null),
    ...forEveryKind,
    rate_limit_per_second: rateLimitPerSecond.optional().meta({
      description: 'messages a second at most; left out, what Telegram allows the chat',
      examples: [1],
    }),
  })
  .meta({ description: 'a JSON object with at least kind, project_id and chat_id' });

const newSlackWebhook = z
  .strictObject({
    kind: kind('slack'),
    project_id: projectId,
    url: slackUrl,
    ...forEveryKind,
    rate_limit_per_second: rateLimitPerSecond.optional().meta({
      description: 'messages a second at most; left out, what Slack allows a webhook',
      examples: [1],
    }),
  })
  .meta({ description: 'a JSON object with at least kind, project_id and url' });

export const newEndpoint = z
  .discriminatedUnion('kind', [newWebhook, newTelegramChat, newSlackWebhook], {
    error: ({ code }) => (code === 'invalid_union' ? 'it is none of the three kinds' : undefined),
  })
  .meta({ description: 'a JSON object with at least project_id and url; kind says which others there are' });

/**
 * What is left out stays as it is, also within `subscription`; `headers` are replaced whole, with values kept that are sent back as they are shown. Which fields an endpoint has its
 * kind says, which stays; the handler looks after that.
 */
export const endpointPatch = z
  .strictObject({ name, url, format, state, retry_schedule: retrySchedule })
  .extend({
    subscription: subscriptionPatch,
    timeout_ms: timeoutMs,
    max_concurrency: maxConcurrency,
    rate_limit_per_second: rateLimitPerSecond,
    ordering,
    on_dead_head: onDeadHead,
    headers,
    chat_id: chatId,
    token: botToken,
  })
  .partial()
  .refine((patch) => Object.keys(patch).length > 0, {
    error: 'it changes nothing',
    when: ({ issues }) => issues.length === 0,
  })
  .meta({
    description: 'a JSON object with the fields to change, of those that the kind of the endpoint has',
    minProperties: 1,
  });

const MAX_OVERLAP_S = 7 * 24 * 60 * 60;
const DEFAULT_OVERLAP_S = 24 * 60 * 60;

export const rotation = z
  .strictObject({
    secret: secret.optional(),
    signing_scheme: signingScheme.optional(),
    overlap_seconds: z
      .int({ error: 'it is not a whole number' })
      .min(0, 'it is below 0')
      .max(MAX_OVERLAP_S, `it is above ${MAX_OVERLAP_S}`)
      .default(DEFAULT_OVERLAP_S)
      .meta({
        description: `seconds for which the secrets before go on signing too, 0 to ${MAX_OVERLAP_S}; 0 after a leak`,
        examples: [DEFAULT_OVERLAP_S],
      }),
  })
  .refine(hasOneScheme, TWO_SCHEMES)
  .prefault({})
  .meta({
    description: 'a JSON object, or nothing for a new secret of the same scheme',
    ...ONE_SCHEME,
  });

export const endpointParams = z.strictObject({ endpoint_id: id('an endpoint', 'ep_01890a5d') });

export const resumeQuery = z.strictObject({
  skip_older_than: z
    .string()
    .regex(/^\d{1,9}$/, 'it is not a whole number of seconds')
    .transform(Number)
    .optional()
    .meta({
      description:
        'seconds: what was held for longer is cancelled instead of delivered; 0 cancels everything',
      ...asInteger({ minimum: 0, maximum: 999_999_999, examples: [86_400] }),
    }),
});

export const endpointQuery = z.strictObject({
  project_id: id(
    'a project, for its endpoints and those of all projects (whose project_id is *); * for the latter alone',
    'proj_1',
  ).optional(),
  ...page,
});
