import type { Endpoint, SealedSecret } from '@herald/domain/endpoint';
import { DEFAULT_RETRY_SCHEDULE } from '@herald/domain/retry-tiers';
import type { z } from 'zod';
import type { endpointPatch, newEndpoint } from './endpoint-fields.ts';

type NewEndpoint = z.output<typeof newEndpoint>;
type EndpointPatch = z.output<typeof endpointPatch>;

export function endpointOf(
  asked: NewEndpoint,
  given: { id: string; accountId: string; secret: SealedSecret; nowMs: number },
): Endpoint {
  return {
    id: given.id,
    accountId: given.accountId,
    projectId: asked.project_id,
    name: asked.name,
    kind: asked.kind,
    url: asked.url,
    format: asked.format,
    subscription: subscriptionOf(asked.subscription),
    state: asked.state,
    secrets: [given.secret],
    retrySchedule: asked.retry_schedule ?? DEFAULT_RETRY_SCHEDULE,
    timeoutMs: asked.timeout_ms,
    maxConcurrency: asked.max_concurrency,
    rateLimitPerSecond: asked.rate_limit_per_second ?? undefined,
    ordering: asked.ordering,
    onDeadHead: asked.on_dead_head,
    heldSkipBeforeMs: undefined,
    headers: asked.headers,
    createdAtMs: given.nowMs,
    updatedAtMs: given.nowMs,
  };
}

/** The endpoint with what the patch names replaced. */
export function applyPatch(current: Endpoint, patch: EndpointPatch, nowMs: number): Endpoint {
  return {
    ...current,
    name: patch.name ?? current.name,
    url: patch.url ?? current.url,
    format: patch.format ?? current.format,
    subscription: patch.subscription ? subscriptionOf(patch.subscription) : current.subscription,
    state: patch.state ?? current.state,
    retrySchedule:
      patch.retry_schedule === undefined
        ? current.retrySchedule
        : (patch.retry_schedule ?? DEFAULT_RETRY_SCHEDULE),
    timeoutMs: patch.timeout_ms ?? current.timeoutMs,
    maxConcurrency: patch.max_concurrency ?? current.maxConcurrency,
    rateLimitPerSecond:
      patch.rate_limit_per_second === undefined
        ? current.rateLimitPerSecond
        : (patch.rate_limit_per_second ?? undefined),
    ordering: patch.ordering ?? current.ordering,
    onDeadHead: patch.on_dead_head ?? current.onDeadHead,
    headers: patch.headers ?? current.headers,
    updatedAtMs: nowMs,
  };
}

function subscriptionOf(asked: NewEndpoint['subscription']): Endpoint['subscription'] {
  return { channelIds: new Set(asked.channel_ids), eventTypes: new Set(asked.event_types) };
}
