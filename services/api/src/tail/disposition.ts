import { type DeliveryState, stateAfter } from '@herald/clickhouse/delivery-state';
import type { DeliveryAttempt } from '@herald/contracts/generated/delivery-attempt';
import type { z } from 'zod';
import { isoTime, isoTimeOrNull } from '../http/fields.ts';
import type { dispositionView } from './tail-fields.ts';

/** Which dispositions of its account a client wants; what is undefined asks for nothing. */
export interface TailFilter {
  projectId: string | undefined;
  endpointId: string | undefined;
  state: DeliveryState | undefined;
  eventType: string | undefined;
}

export function matches(filter: TailFilter, attempt: DeliveryAttempt): boolean {
  const { projectId, endpointId, state, eventType } = filter;
  return (
    (projectId === undefined || attempt.project_id === projectId) &&
    (endpointId === undefined || attempt.endpoint_id === endpointId) &&
    (eventType === undefined || attempt.event_type === eventType) &&
    (state === undefined || stateAfter(attempt.disposition, attempt.verdict) === state)
  );
}

/** Without the bodies: a person who wants them asks for the delivery. */
export function viewDisposition(attempt: DeliveryAttempt): z.output<typeof dispositionView> {
  return {
    attempt_id: attempt.attempt_id,
    delivery_id: attempt.delivery_id,
    event_id: attempt.event_id,
    endpoint_id: attempt.endpoint_id,
    project_id: attempt.project_id,
    channel_id: attempt.channel_id,
    publication_id: attempt.publication_id,
    event_type: attempt.event_type,
    cause: attempt.cause,
    step: attempt.step,
    attempt_number: attempt.attempt_number,
    disposition: attempt.disposition.toLowerCase(),
    verdict: attempt.verdict.toLowerCase(),
    state: stateAfter(attempt.disposition, attempt.verdict),
    reason: attempt.reason,
    outcome: attempt.outcome,
    status: attempt.response?.status ?? null,
    error_message: attempt.error_message,
    next_attempt_at: isoTimeOrNull(attempt.next_attempt_at),
    retry_tier: attempt.retry_tier,
    started_at: isoTime(attempt.started_at),
    duration_ms: attempt.duration_ms,
    occurred_at: isoTime(attempt.occurred_at),
    config_revision: attempt.config_revision,
  };
}
