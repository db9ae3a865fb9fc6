import { eventTypeSymbol } from '@herald/contracts/event-type';
import type { PublicationEvent } from '@herald/contracts/generated/publication-event';
import type { Endpoint } from '@herald/domain/endpoint';
import type { OperationalEventType } from '@herald/domain/event-type';
import { operationalEventId } from '@herald/domain/ids';
import type { Outcome } from '@herald/domain/outcome';
import type { ClosedReason } from '@herald/domain/reading';
import { redactedUrl } from '@herald/webhook/redaction';

/** How the last attempt ended. */
export interface LastOutcome {
  outcome: Outcome;
  /** What the answer says for itself, where it does. */
  detail?: string | undefined;
}

export interface Notice {
  endpoint: Pick<Endpoint, 'id' | 'accountId' | 'projectId' | 'name' | 'kind' | 'url'>;
  type: OperationalEventType;
  /** What is told once: the same occasion gives the same event id. */
  occasion: readonly number[];
  reason: 'failing' | ClosedReason;
  failingSinceMs: number;
  consecutiveFailures: number;
  last: LastOutcome;
  nowMs: number;
}

/** The operational event. It belongs to the endpoint's project, as the endpoints that may subscribe to it. */
export function noticeEvent(notice: Notice): PublicationEvent {
  const { endpoint, last } = notice;
  return {
    event_id: operationalEventId(endpoint.id, notice.type, notice.occasion),
    event_type: eventTypeSymbol(notice.type),
    occurred_at: notice.nowMs,
    account_id: endpoint.accountId,
    project_id: endpoint.projectId,
    channel: { id: '', type: 'herald', name: null },
    publication_id: endpoint.id,
    content: { media_type: 'UNKNOWN', title: null, caption: null, media_urls: [] },
    status_code: null,
    error_message: null,
    result: null,
    user_email: null,
    profile_username: null,
    metadata: {},
    endpoint: {
      endpoint_id: endpoint.id,
      name: endpoint.name,
      url: shownUrl(endpoint),
      reason: notice.reason,
      failing_since: notice.failingSinceMs,
      consecutive_failures: notice.consecutiveFailures,
      last_outcome: lastOutcomeOf(last),
    },
  };
}

function lastOutcomeOf({ outcome, detail }: LastOutcome): string {
  if (outcome.kind === 'error') return outcome.error;
  return detail ?? String(outcome.status);
}

/** Others get it too, so less of it than history has: no query, and of Slack and Telegram no path. */
function shownUrl({ kind, url }: Notice['endpoint']): string {
  const parsed = URL.parse(url);
  if (!parsed) return '';
  if (kind !== 'webhook') return parsed.origin;
  return redactedUrl({ kind, url: `${parsed.origin}${parsed.pathname}` });
}
