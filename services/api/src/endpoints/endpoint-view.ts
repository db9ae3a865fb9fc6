import { type EndpointStatus, effectiveState, failingUnder } from '@herald/registry/endpoint-status';
import type { ConfiguredEndpoint } from '@herald/registry/endpoint-table';
import type { z } from 'zod';
import { isoTime, isoTimeOrNull } from '../http/fields.ts';
import type { endpointView } from './endpoint-answers.ts';
import { shownHeaders } from './header-values.ts';

type View = z.output<typeof endpointView>;
type WebhookView = Extract<View, { kind: 'webhook' }>;
type OfEveryKind = Omit<Extract<View, { kind: 'slack' }>, 'kind' | 'url'>;

/** An endpoint as it is shown: of its secrets everything but what they are. */
export function viewEndpoint(configured: ConfiguredEndpoint, status: EndpointStatus | undefined): View {
  const { endpoint } = configured;
  const { telegram } = endpoint;
  if (telegram) {
    const bot = telegram.sealedToken ? 'own' : 'installation';
    return { ...ofEveryKind(configured, status), kind: 'telegram', chat_id: telegram.chatId, bot };
  }
  if (endpoint.slack) return { ...ofEveryKind(configured, status), kind: 'slack', url: endpoint.url };
  return viewWebhook(configured, status);
}

/** Of kind webhook. */
export function viewWebhook(configured: ConfiguredEndpoint, status: EndpointStatus | undefined): WebhookView {
  const { url, format, secrets, headers } = configured.endpoint;
  return {
    ...ofEveryKind(configured, status),
    kind: 'webhook',
    url,
    format,
    secrets: secrets.map((secret) => ({
      secret_id: secret.secretId,
      scheme: secret.scheme,
      created_at: isoTime(secret.createdAtMs),
      expires_at: isoTimeOrNull(secret.expiresAtMs),
    })),
    headers: shownHeaders(headers),
  };
}

function ofEveryKind(
  { endpoint, revision }: ConfiguredEndpoint,
  status: EndpointStatus | undefined,
): OfEveryKind {
  return {
    endpoint_id: endpoint.id,
    project_id: endpoint.projectId,
    name: endpoint.name,
    subscription: {
      channel_ids: [...endpoint.subscription.channelIds],
      event_types: [...endpoint.subscription.eventTypes],
      filter: endpoint.subscription.filter ? { ...endpoint.subscription.filter } : null,
    },
    state: endpoint.state,
    status: viewStatus({ endpoint, revision }, status),
    retry_schedule: [...endpoint.retrySchedule],
    timeout_ms: endpoint.timeoutMs,
    max_concurrency: endpoint.maxConcurrency,
    rate_limit_per_second: endpoint.rateLimitPerSecond ?? null,
    ordering: endpoint.ordering,
    on_dead_head: endpoint.onDeadHead,
    held_skip_before: isoTimeOrNull(endpoint.heldSkipBeforeMs),
    created_at: isoTime(endpoint.createdAtMs),
    updated_at: isoTime(endpoint.updatedAtMs),
    revision,
  };
}

function viewStatus(
  { endpoint, revision }: ConfiguredEndpoint,
  status: EndpointStatus | undefined,
): View['status'] {
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
