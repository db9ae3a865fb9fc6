import { rateInChat, SLACK_RATE_PER_SECOND, telegramRatePerSecond } from '@herald/domain/chat-pace';
import type { Endpoint, SealedSecret } from '@herald/domain/endpoint';
import { inState } from '@herald/domain/endpoint-state';
import { DEFAULT_RETRY_SCHEDULE } from '@herald/domain/retry-tiers';
import type { z } from 'zod';
import { destinationOf, type Seal } from './asked-destination.ts';
import type { endpointPatch, newEndpoint } from './endpoint-fields.ts';
import { headersAfter } from './header-values.ts';

type NewEndpoint = z.output<typeof newEndpoint>;
type EndpointPatch = z.output<typeof endpointPatch>;

export function endpointOf(
  asked: NewEndpoint,
  given: { id: string; accountId: string; secret: SealedSecret | undefined; seal: Seal; nowMs: number },
): Endpoint {
  return {
    id: given.id,
    accountId: given.accountId,
    projectId: asked.project_id,
    name: asked.name,
    kind: asked.kind,
    ...destinationOf(asked, given.seal),
    // Messages to chats have no format to choose; on record they have one, as every endpoint.
    format: asked.kind === 'webhook' ? asked.format : 'publication',
    subscription: subscriptionOf(asked.subscription),
    state: asked.state,
    secrets: given.secret ? [given.secret] : [],
    retrySchedule: asked.retry_schedule ?? DEFAULT_RETRY_SCHEDULE,
    timeoutMs: asked.timeout_ms,
    maxConcurrency: asked.max_concurrency,
    rateLimitPerSecond: rateOf(asked),
    ordering: asked.ordering,
    onDeadHead: asked.on_dead_head,
    heldSkipBeforeMs: undefined,
    headers: asked.kind === 'webhook' ? asked.headers : {},
    createdAtMs: given.nowMs,
    updatedAtMs: given.nowMs,
  };
}

/** What the receiver is known to take, where nothing else is asked for. */
function rateOf(asked: NewEndpoint): number | undefined {
  if (asked.rate_limit_per_second !== undefined) return asked.rate_limit_per_second ?? undefined;
  return asked.kind === 'telegram' ? telegramRatePerSecond(asked.chat_id) : SLACK_RATE_PER_SECOND;
}

/** The endpoint with what the patch names replaced; the patch names nothing that its kind does not have. */
export function applyPatch(
  current: Endpoint,
  patch: EndpointPatch,
  { seal, nowMs }: { seal: Seal; nowMs: number },
): Endpoint {
  return {
    ...inState(current, patch.state ?? current.state, nowMs),
    name: patch.name ?? current.name,
    ...destinationOf({ kind: current.kind, ...patch }, seal, current),
    format: patch.format ?? current.format,
    subscription: subscriptionAfter(current, patch),
    retrySchedule:
      patch.retry_schedule === undefined
        ? current.retrySchedule
        : (patch.retry_schedule ?? DEFAULT_RETRY_SCHEDULE),
    timeoutMs: patch.timeout_ms ?? current.timeoutMs,
    maxConcurrency: patch.max_concurrency ?? current.maxConcurrency,
    rateLimitPerSecond: rateAfter(current, patch),
    ordering: patch.ordering ?? current.ordering,
    onDeadHead: patch.on_dead_head ?? current.onDeadHead,
    headers: patch.headers ? headersAfter(current.headers, patch.headers) : current.headers,
    updatedAtMs: nowMs,
  };
}

function subscriptionAfter({ subscription }: Endpoint, { subscription: patch }: EndpointPatch) {
  if (!patch) return subscription;
  const { channel_ids, event_types, filter } = patch;
  return {
    channelIds: channel_ids ? new Set(channel_ids) : subscription.channelIds,
    eventTypes: event_types ? new Set(event_types) : subscription.eventTypes,
    filter: filter === undefined ? subscription.filter : (filter ?? undefined),
  };
}

function rateAfter({ telegram, rateLimitPerSecond }: Endpoint, patch: EndpointPatch): number | undefined {
  if (patch.rate_limit_per_second !== undefined) return patch.rate_limit_per_second ?? undefined;
  if (!telegram || patch.chat_id === undefined) return rateLimitPerSecond;
  return rateInChat(rateLimitPerSecond, telegram.chatId, patch.chat_id);
}

function subscriptionOf(asked: NewEndpoint['subscription']): Endpoint['subscription'] {
  return {
    channelIds: new Set(asked.channel_ids),
    eventTypes: new Set(asked.event_types),
    filter: asked.filter ?? undefined,
  };
}
