import { type EndpointStatus, effectiveState, failingUnder } from '@herald/registry/endpoint-status';
import type { ConfiguredEndpoint } from '@herald/registry/endpoint-table';
import type { z } from 'zod';
import { isoTime, isoTimeOrNull } from '../http/fields.ts';
import type { endpointView } from './endpoint-fields.ts';

/** An endpoint as it is shown: of its secrets everything but what they are. */
export function viewEndpoint(
  { endpoint, revision }: ConfiguredEndpoint,
  status: EndpointStatus | undefined,
): z.output<typeof endpointView> {
  return {
    endpoint_id: endpoint.id,
    project_id: endpoint.projectId,
    name: endpoint.name,
    kind: endpoint.kind,
    url: endpoint.url,
    format: endpoint.format,
    subscription: {
      channel_ids: [...endpoint.subscription.channelIds],
      event_types: [...endpoint.subscription.eventTypes],
    },
    state: endpoint.state,
    status: viewStatus({ endpoint, revision }, status),
    secrets: endpoint.secrets.map((secret) => ({
      secret_id: secret.secretId,
      scheme: secret.scheme,
      created_at: isoTime(secret.createdAtMs),
      expires_at: isoTimeOrNull(secret.expiresAtMs),
    })),
    retry_schedule: [...endpoint.retrySchedule],
    timeout_ms: endpoint.timeoutMs,
    max_concurrency: endpoint.maxConcurrency,
    rate_limit_per_second: endpoint.rateLimitPerSecond ?? null,
    ordering: endpoint.ordering,
    on_dead_head: endpoint.onDeadHead,
    held_skip_before: isoTimeOrNull(endpoint.heldSkipBeforeMs),
    headers: { ...endpoint.headers },
    created_at: isoTime(endpoint.createdAtMs),
    updated_at: isoTime(endpoint.updatedAtMs),
    revision,
  };
}

function viewStatus(
  { endpoint, revision }: ConfiguredEndpoint,
  status: EndpointStatus | undefined,
): z.output<typeof endpointView>['status'] {
  const effective = effectiveState(endpoint, revision, status);
  const decidedByOwner = endpoint.state !== 'active';
  const decidedByDispatcher = !decidedByOwner && status?.state === effective.state;
  return {
    state: effective.state === 'catching-up' ? 'catching_up' : effective.state,
    reason: effective.state === 'held' ? effective.reason : null,
    since: decidedByDispatcher ? isoTime(status.sinceMs) : null,
    failing_since: isoTimeOrNull(failingUnder(revision, status)?.sinceMs),
  };
}
