import { EVENT_TYPES } from '@herald/domain/event-type';
import { z } from 'zod';
import { pageOf } from '../http/fields.ts';
import { format, onDeadHead, ordering, state, TIER_NAMES } from './endpoint-fields.ts';
import { SET } from './header-values.ts';

/** What an endpoint is on the wire, as it is answered: of its credentials everything but what they are. */

const viewOfEveryKind = {
  endpoint_id: z.string(),
  project_id: z.string(),
  name: z.string(),
  subscription: z.object({
    channel_ids: z.array(z.string()),
    event_types: z.array(z.enum(EVENT_TYPES)),
    filter: z.record(z.string(), z.unknown()).nullable(),
  }),
  /** What its owner set. */
  state,
  /** What holds for it now, from what its owner set and what the dispatcher decided. */
  status: z.object({
    state: z.enum(['active', 'held', 'catching_up']),
    reason: z.string().nullable(),
    since: z.string().nullable(),
    failing_since: z.string().nullable(),
  }),
  retry_schedule: z.array(z.enum(TIER_NAMES)),
  timeout_ms: z.number(),
  max_concurrency: z.number(),
  rate_limit_per_second: z.number().nullable(),
  ordering,
  on_dead_head: onDeadHead,
  held_skip_before: z
    .string()
    .nullable()
    .meta({ description: 'what was held before this time is cancelled and not delivered' }),
  created_at: z.string().nullable(),
  updated_at: z.string().nullable(),
  revision: z.number(),
};

const webhookView = z
  .object({
    ...viewOfEveryKind,
    kind: z.literal('webhook'),
    url: z.string(),
    format,
    secrets: z.array(
      z.object({
        secret_id: z.string(),
        scheme: z.enum(['v1', 'v1a']),
        created_at: z.string().nullable(),
        expires_at: z.string().nullable(),
      }),
    ),
    headers: z.record(z.string(), z.literal(SET)).meta({
      description: `the header fields that are added, each with ${SET} for its value, which is not shown`,
      examples: [{ 'x-api-key': SET }],
    }),
  })
  .meta({ id: 'WebhookEndpoint' });

const telegramChatView = z
  .object({
    ...viewOfEveryKind,
    kind: z.literal('telegram'),
    chat_id: z.string(),
    bot: z
      .enum(['own', 'installation'])
      .meta({ description: 'whose bot writes: by a token of its own, or not' }),
  })
  .meta({ id: 'TelegramEndpoint' });

const slackWebhookView = z
  .object({
    ...viewOfEveryKind,
    kind: z.literal('slack'),
    url: z.string().meta({ description: 'without its path, which is a credential' }),
  })
  .meta({ id: 'SlackEndpoint' });

export const endpointView = z
  .discriminatedUnion('kind', [webhookView, telegramChatView, slackWebhookView])
  .meta({ id: 'Endpoint' });

export const createdWebhookView = webhookView
  .extend({
    secret: z.string().meta({ description: 'shown this once' }),
    public_key: z.string().nullable().meta({ description: 'whpk_…, what receivers of v1a verify with' }),
  })
  .meta({ id: 'CreatedWebhookEndpoint' });

export const createdEndpointView = z
  .discriminatedUnion('kind', [createdWebhookView, telegramChatView, slackWebhookView])
  .meta({ id: 'CreatedEndpoint' });

export const endpointPage = pageOf(endpointView).meta({ id: 'EndpointPage' });
