import { isUtf8 } from 'node:buffer';
import type { Attempt, DeliveryDetail, DeliverySummary } from '@herald/clickhouse/history';
import type { z } from 'zod';
import { isoTime, isoTimeOrNull } from '../http/fields.ts';
import type { attemptView, deliveryDetailView, deliveryView } from './delivery-fields.ts';

export function viewDelivery(delivery: DeliverySummary): z.output<typeof deliveryView> {
  return {
    delivery_id: delivery.deliveryId,
    endpoint_id: delivery.endpointId,
    event_id: delivery.eventId,
    project_id: delivery.projectId,
    channel_id: delivery.channelId,
    publication_id: delivery.publicationId,
    event_type: delivery.eventType,
    cause: delivery.cause,
    state: delivery.state,
    reason: delivery.reason,
    attempts: delivery.attempts,
    last_outcome: delivery.lastOutcome,
    last_status: delivery.lastStatus,
    next_attempt_at: isoTimeOrNull(delivery.nextAttemptAtMs),
    occurred_at: isoTime(delivery.occurredAtMs),
    updated_at: isoTime(delivery.updatedAtMs),
  };
}

export function viewDeliveryDetail(delivery: DeliveryDetail): z.output<typeof deliveryDetailView> {
  return {
    ...viewDelivery(delivery),
    origin: delivery.origin,
    history: delivery.history.map(viewAttempt),
    history_left_out: delivery.historyLeftOut,
  };
}

export function viewAttempt(attempt: Attempt): z.output<typeof attemptView> {
  const { request, response } = attempt;
  return {
    attempt_id: attempt.attemptId,
    step: attempt.step,
    attempt_number: attempt.attemptNumber,
    disposition: attempt.disposition.toLowerCase(),
    verdict: attempt.verdict.toLowerCase(),
    reason: attempt.reason,
    outcome: attempt.outcome,
    error_message: attempt.errorMessage,
    next_attempt_at: isoTimeOrNull(attempt.nextAttemptAtMs),
    retry_tier: attempt.retryTier,
    request: request && {
      method: request.method,
      url: request.url,
      headers: request.headers,
      ...viewBodyOrNull(request.body),
    },
    response: response && {
      status: response.status,
      headers: response.headers,
      ...viewBodyOrNull(response.body),
      body_truncated: response.bodyTruncated,
    },
    remote_address: attempt.remoteAddress,
    started_at: isoTime(attempt.startedAtMs),
    duration_ms: attempt.durationMs,
    first_byte_ms: attempt.firstByteMs,
    dns_ms: attempt.dnsMs,
    connect_ms: attempt.connectMs,
    tls_ms: attempt.tlsMs,
    config_revision: attempt.configRevision,
    dispatcher_id: attempt.dispatcherId,
    read_from: attempt.readFrom,
  };
}

function viewBodyOrNull(bytes: Buffer | null): ReturnType<typeof viewBody> | typeof LEFT_OUT {
  return bytes ? viewBody(bytes) : LEFT_OUT;
}

const LEFT_OUT = { body: null, body_encoding: 'utf-8' } as const;

/** The exact bytes: as text where they are UTF-8, else as base64. */
export function viewBody(bytes: Buffer): { body: string; body_encoding: 'utf-8' | 'base64' } {
  return isUtf8(bytes)
    ? { body: bytes.toString('utf8'), body_encoding: 'utf-8' }
    : { body: bytes.toString('base64'), body_encoding: 'base64' };
}
