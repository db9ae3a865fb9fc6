import type { Attempt } from '@herald/clickhouse/history';
import type { DeliveryAttempt } from '@herald/contracts/generated/delivery-attempt';

/** A disposition as it lies in Kafka, in the form that the history has of it. */
export function attemptOfRecord(record: DeliveryAttempt): Attempt {
  const { request, response } = record;
  return {
    attemptId: record.attempt_id,
    step: record.step,
    attemptNumber: record.attempt_number,
    disposition: record.disposition,
    verdict: record.verdict,
    reason: record.reason,
    outcome: record.outcome,
    errorMessage: record.error_message,
    nextAttemptAtMs: record.next_attempt_at,
    retryTier: record.retry_tier,
    request,
    response: response && {
      status: response.status,
      headers: response.headers,
      body: response.body,
      bodyTruncated: response.body_truncated,
    },
    remoteAddress: record.remote_address,
    startedAtMs: record.started_at,
    durationMs: record.duration_ms,
    firstByteMs: record.first_byte_ms,
    dnsMs: record.dns_ms,
    connectMs: record.connect_ms,
    tlsMs: record.tls_ms,
    configRevision: record.config_revision,
    dispatcherId: record.dispatcher_id,
    readFrom: {
      topic: record.delivery_topic,
      partition: record.delivery_partition,
      offset: record.delivery_offset,
    },
  };
}
