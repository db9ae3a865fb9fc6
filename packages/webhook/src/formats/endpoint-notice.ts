import type { EndpointNotice, PublicationEvent } from '@herald/contracts/generated/publication-event';

/** What a message says about an endpoint that fails or was disabled. Every field is always there. */
export function noticeData(event: PublicationEvent, notice: EndpointNotice) {
  return {
    event_id: event.event_id,
    project_id: event.project_id,
    endpoint_id: notice.endpoint_id,
    name: notice.name,
    url: notice.url,
    reason: notice.reason,
    failing_since: notice.failing_since === null ? null : new Date(notice.failing_since).toISOString(),
    consecutive_failures: notice.consecutive_failures,
    last_outcome: notice.last_outcome,
  };
}
