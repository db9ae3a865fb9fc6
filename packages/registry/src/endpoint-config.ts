import type * as avro from '@herald/contracts/generated/endpoint-config';
import type { Endpoint, SealedSecret } from '@herald/domain/endpoint';
import { isEventType } from '@herald/domain/event-type';
import type { Filter } from '@herald/domain/filter/filter';
import { parseFilterText } from '@herald/domain/filter/parse';
import { DEFAULT_RETRY_SCHEDULE, isRetryTierName } from '@herald/domain/retry-tiers';
import type { KnownInPart } from '@herald/domain/subscription';
import { correspondence, type Known } from './correspondence.ts';
import type { Certain } from './unreadable.ts';

const kinds = correspondence<Known<avro.EndpointKind>, Endpoint['kind']>({
  WEBHOOK: 'webhook',
  TELEGRAM: 'telegram',
  SLACK: 'slack',
});
const formats = correspondence<Known<avro.PayloadFormat>, Endpoint['format']>({
  PUBLICATION: 'publication',
  UPLOAD_POST: 'upload-post',
  CLOUDEVENTS: 'cloudevents',
});
const states = correspondence<Known<avro.ConfiguredState>, Endpoint['state']>({
  ACTIVE: 'active',
  PAUSED: 'paused',
  DISABLED: 'disabled',
  OFF: 'off',
});
const schemes = correspondence<Known<avro.SigningScheme>, SealedSecret['scheme']>({ V1: 'v1', V1A: 'v1a' });
const orderings = correspondence<Known<avro.Ordering>, Endpoint['ordering']>({
  NONE: 'none',
  PUBLICATION: 'publication',
});
const deadHeads = correspondence<Known<avro.OnDeadHead>, Endpoint['onDeadHead']>({
  SKIP: 'skip',
  HOLD: 'hold',
});

export type ParsedConfig = { ok: true; value: Endpoint } | { ok: false; reason: string; certain: Certain };

/**
 * What a record of `herald.endpoints` means. A symbol, event type, filter or tier that this version does not know fails the
 * whole record: dropping it would widen the subscription or change the schedule.
 */
export function parseEndpointConfig(config: avro.EndpointConfig): ParsedConfig {
  const unknown: string[] = [];
  const known = <T>(field: string, given: string, value: T | undefined): T => {
    if (value === undefined) unknown.push(`${field} is ${JSON.stringify(given)}`);
    return value as T;
  };

  const endpoint: Endpoint = {
    id: config.endpoint_id,
    accountId: config.account_id,
    projectId: config.project_id,
    name: config.name,
    kind: known('kind', config.kind, kinds.valueOf(config.kind)),
    url: config.url,
    ...destinationOf(config, unknown),
    format: known('format', config.format, formats.valueOf(config.format)),
    subscription: {
      channelIds: new Set(config.subscription.channel_ids),
      eventTypes: new Set(
        config.subscription.event_types.map((type) =>
          known('subscription.event_types', type, isEventType(type) ? type : undefined),
        ),
      ),
      filter: filterOf(config.subscription.filter, known),
    },
    state: known('state', config.state, states.valueOf(config.state)),
    secrets: config.secrets.map((secret) => ({
      secretId: secret.secret_id,
      scheme: known('secrets.scheme', secret.scheme, schemes.valueOf(secret.scheme)),
      // A copy: the decoder's bytes may be a slice of a whole fetched batch.
      sealed: Uint8Array.from(secret.sealed),
      createdAtMs: secret.created_at,
      expiresAtMs: secret.expires_at ?? undefined,
    })),
    retrySchedule:
      config.retry_schedule.length === 0
        ? DEFAULT_RETRY_SCHEDULE
        : config.retry_schedule.map((tier) =>
            known('retry_schedule', tier, isRetryTierName(tier) ? tier : undefined),
          ),
    timeoutMs: config.timeout_ms,
    maxConcurrency: config.max_concurrency,
    rateLimitPerSecond: config.rate_limit_per_second ?? undefined,
    ordering: known('ordering', config.ordering, orderings.valueOf(config.ordering)),
    onDeadHead: known('on_dead_head', config.on_dead_head, deadHeads.valueOf(config.on_dead_head)),
    heldSkipBeforeMs: config.held_skip_before ?? undefined,
    headers: config.headers,
    createdAtMs: config.created_at,
    updatedAtMs: config.updated_at,
  };
  if (unknown.length === 0) return { ok: true, value: endpoint };
  return {
    ok: false,
    reason: `written by a newer version: ${unknown.join(', ')}`,
    certain: { kind: 'known_in_part', endpoint: knownInPart(config) },
  };
}

function knownInPart(config: avro.EndpointConfig): KnownInPart {
  const { channel_ids, event_types } = config.subscription;
  return {
    id: config.endpoint_id,
    accountId: config.account_id,
    projectId: config.project_id,
    subscription: { channelIds: new Set(channel_ids), eventTypes: new Set(event_types) },
  };
}

/** What endpoints of one kind alone have: without it there is nowhere to send to. Copies, as of the secrets. */
function destinationOf(
  { kind, telegram, slack }: avro.EndpointConfig,
  unknown: string[],
): Pick<Endpoint, 'telegram' | 'slack'> {
  if (kind === 'TELEGRAM' && telegram) {
    const { chat_id, sealed_token } = telegram;
    return {
      telegram: { chatId: chat_id, sealedToken: sealed_token ? Uint8Array.from(sealed_token) : undefined },
    };
  }
  if (kind === 'SLACK' && slack) return { slack: { sealedUrl: Uint8Array.from(slack.sealed_url) } };
  if (kind === 'TELEGRAM' || kind === 'SLACK') unknown.push(`${kind.toLowerCase()} is null`);
  return {};
}

/** The default schedule is written as none, so that the endpoint follows when the default changes. */
export function endpointConfigOf(endpoint: Endpoint): avro.EndpointConfig {
  return {
    endpoint_id: endpoint.id,
    account_id: endpoint.accountId,
    project_id: endpoint.projectId,
    name: endpoint.name,
    kind: kinds.symbolOf(endpoint.kind),
    url: endpoint.url,
    format: formats.symbolOf(endpoint.format),
    subscription: {
      channel_ids: [...endpoint.subscription.channelIds],
      event_types: [...endpoint.subscription.eventTypes],
      filter: endpoint.subscription.filter ? JSON.stringify(endpoint.subscription.filter) : null,
    },
    state: states.symbolOf(endpoint.state),
    secrets: endpoint.secrets.map((secret) => ({
      secret_id: secret.secretId,
      scheme: schemes.symbolOf(secret.scheme),
      sealed: Buffer.from(secret.sealed),
      created_at: secret.createdAtMs,
      expires_at: secret.expiresAtMs ?? null,
    })),
    retry_schedule: isDefaultSchedule(endpoint.retrySchedule) ? [] : [...endpoint.retrySchedule],
    timeout_ms: endpoint.timeoutMs,
    max_concurrency: endpoint.maxConcurrency,
    rate_limit_per_second: endpoint.rateLimitPerSecond ?? null,
    ordering: orderings.symbolOf(endpoint.ordering),
    on_dead_head: deadHeads.symbolOf(endpoint.onDeadHead),
    held_skip_before: endpoint.heldSkipBeforeMs ?? null,
    headers: { ...endpoint.headers },
    created_at: endpoint.createdAtMs,
    updated_at: endpoint.updatedAtMs,
    telegram: endpoint.telegram
      ? {
          chat_id: endpoint.telegram.chatId,
          sealed_token: endpoint.telegram.sealedToken ? Buffer.from(endpoint.telegram.sealedToken) : null,
        }
      : null,
    slack: endpoint.slack ? { sealed_url: Buffer.from(endpoint.slack.sealedUrl) } : null,
  };
}

function filterOf(
  text: string | null,
  known: (field: string, given: string, value: Filter | undefined) => Filter,
): Filter | undefined {
  return text === null ? undefined : known('subscription.filter', text, parseFilterText(text));
}

function isDefaultSchedule(schedule: Endpoint['retrySchedule']): boolean {
  return (
    schedule.length === DEFAULT_RETRY_SCHEDULE.length &&
    schedule.every((tier, index) => tier === DEFAULT_RETRY_SCHEDULE[index])
  );
}
