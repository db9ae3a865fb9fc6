import { isDeepStrictEqual } from 'node:util';
import type { Endpoint } from '@herald/domain/endpoint';
import type { ReplayJob } from '@herald/replay/job';
import { redactedUrl } from '@herald/webhook/redaction';
import type { ApiKey } from '../api-key.ts';
import type { PortalLink } from '../portal/portal-link.ts';
import type { Shown } from './entry.ts';

/** How each field of a subject is shown: by a name of the API's, or not at all. */
type Fields<T> = {
  readonly [Field in keyof T]-?: readonly [name: string, show: (value: T[Field]) => unknown] | 'hidden';
};

const asIs = (value: unknown): unknown => value ?? null;
const time = (atMs: number | undefined): string | null =>
  atMs === undefined ? null : new Date(atMs).toISOString();

/** A new field of an endpoint does not compile before somebody has decided whether it is secret. */
const ENDPOINT: Fields<Endpoint> = {
  id: 'hidden',
  accountId: 'hidden',
  projectId: ['project_id', asIs],
  name: ['name', asIs],
  kind: ['kind', asIs],
  url: 'hidden',
  telegram: [
    'telegram',
    (chat) => chat && { chat_id: chat.chatId, has_own_bot: chat.sealedToken !== undefined },
  ],
  slack: 'hidden',
  format: ['format', asIs],
  subscription: [
    'subscription',
    ({ channelIds, eventTypes, filter }) => ({
      channel_ids: [...channelIds],
      event_types: [...eventTypes],
      filter: filter ?? null,
    }),
  ],
  state: ['state', asIs],
  secrets: [
    'secrets',
    (secrets) =>
      secrets.map(({ secretId, scheme, createdAtMs, expiresAtMs }) => ({
        secret_id: secretId,
        scheme,
        created_at: time(createdAtMs),
        expires_at: time(expiresAtMs),
      })),
  ],
  retrySchedule: ['retry_schedule', asIs],
  timeoutMs: ['timeout_ms', asIs],
  maxConcurrency: ['max_concurrency', asIs],
  rateLimitPerSecond: ['rate_limit_per_second', asIs],
  ordering: ['ordering', asIs],
  onDeadHead: ['on_dead_head', asIs],
  heldSkipBeforeMs: ['held_skip_before', time],
  // Values may be passwords of the receiver.
  headers: ['header_names', (headers) => Object.keys(headers).sort()],
  createdAtMs: ['created_at', time],
  updatedAtMs: ['updated_at', time],
};

const API_KEY: Fields<ApiKey> = {
  keyId: 'hidden',
  accountId: 'hidden',
  name: ['name', asIs],
  role: ['role', asIs],
  secretHash: 'hidden',
  createdAtMs: ['created_at', time],
  expiresAtMs: ['expires_at', time],
  revokedAtMs: ['revoked_at', time],
};

const PORTAL_LINK: Fields<PortalLink> = {
  linkId: 'hidden',
  accountId: 'hidden',
  name: ['name', asIs],
  tokenHash: 'hidden',
  role: ['role', asIs],
  projectIds: ['project_ids', asIs],
  channelIds: ['channel_ids', asIs],
  madeByKeyId: ['made_by_key_id', asIs],
  createdAtMs: ['created_at', time],
  expiresAtMs: ['expires_at', time],
  sessionSeconds: ['session_seconds', asIs],
  session: ['session_expires_at', (session) => time(session?.expiresAtMs)],
};

const REPLAY: Fields<ReplayJob> = {
  id: 'hidden',
  accountId: 'hidden',
  wanted: ['wanted', asIs],
  dryRun: ['dry_run', asIs],
  source: [
    'source',
    (source) => ({
      kind: source.kind,
      ...(source.kind === 'topic'
        ? { topic: source.topic, ranges: source.ranges }
        : { states: source.states, last_statuses: source.lastStatuses }),
      from: time(source.fromMs),
      to: time(source.toMs),
    }),
  ],
  filter: [
    'filter',
    (filter) => ({
      project_id: filter.projectId ?? null,
      endpoint_ids: filter.endpointIds,
      channel_ids: filter.channelIds,
      event_types: filter.eventTypes,
      publication_ids: filter.publicationIds,
      event_ids: filter.eventIds,
      reasons: filter.reasons,
    }),
  ],
  targetEndpointId: ['target_endpoint_id', asIs],
  skipDelivered: ['skip_delivered', asIs],
  perSecond: ['per_second', asIs],
  createdAtMs: ['created_at', time],
  updatedAtMs: ['updated_at', time],
};

/** The URL as history has it, for it may be a credential as a whole. */
export function shownEndpoint(endpoint: Endpoint, before?: Endpoint): Shown {
  return {
    ...shown(ENDPOINT, endpoint),
    url: redactedUrl(endpoint),
    ...(before && { credentials_changed: changedCredentials(before, endpoint) }),
  };
}

export const shownApiKey = (key: ApiKey): Shown => shown(API_KEY, key);
export const shownPortalLink = (link: PortalLink): Shown => shown(PORTAL_LINK, link);
export const shownReplay = (job: ReplayJob): Shown => shown(REPLAY, job);

/** What alone changes of a replay once it is there: with the rest, that is large, every pause would be on record. */
export const shownWish = ({ wanted, dryRun }: ReplayJob): Shown => ({ wanted, dry_run: dryRun });

/** Of what is not shown in full, the names of what is another now: that it changed must not be hidden with it. */
function changedCredentials(before: Endpoint, after: Endpoint): string[] {
  const parts = (of: Endpoint) => ({
    url: of.kind === 'slack' ? of.slack?.sealedUrl : of.url,
    token: of.telegram?.sealedToken,
    headers: of.headers,
  });
  const [was, is] = [parts(before), parts(after)];
  return (['url', 'token', 'headers'] as const).filter((part) => !isDeepStrictEqual(was[part], is[part]));
}

function shown<T extends object>(fields: Fields<T>, subject: T): Shown {
  const entries = (Object.keys(fields) as (keyof T & string)[]).flatMap((field) => {
    const how = fields[field];
    return how === 'hidden' ? [] : [[how[0], how[1](subject[field])]];
  });
  return Object.fromEntries(entries);
}
