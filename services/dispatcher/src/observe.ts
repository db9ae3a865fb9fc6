import type { DeliveryAttempt } from '@herald/contracts/generated/delivery-attempt';
import type { Logger } from '@herald/service-kit/log';
import { createSeldomLines } from '@herald/service-kit/seldom-lines';
import type { RefusedAddress } from '@herald/webhook/address';
import type { DeliveryObserver } from './delivery-lane/recorder.ts';
import type { Notice } from './endpoint-health/notice.ts';
import type { DispatcherMetrics } from './metrics.ts';

export interface ObserverOptions {
  log: Logger;
  metrics: DispatcherMetrics;
  /** Of the line that each disposition leaves. */
  level: 'info' | 'debug';
}

/** Metrics and the one wide log line of each disposition. */
export interface Observer extends DeliveryObserver {
  notice(notice: Notice): void;
  refused(refused: RefusedAddress): void;
}

export function createObserver({ log, metrics, level }: ObserverOptions): Observer {
  const isLogged = log.isLevelEnabled(level);
  // No value of these lines is under a secret name: they need not be searched for one.
  const lines = log.child({}, { formatters: { log: (line) => line } });
  const refusals = createSeldomLines({
    write: (detail) => log.warn(detail, 'address refused'),
    now: () => performance.now(),
  });
  return {
    disposed(attempt, record) {
      const { disposition, verdict, outcome, reason } = attempt;
      metrics.dispositions.inc({ disposition, verdict, outcome: outcome ?? '', reason: reason ?? '' });
      if (attempt.request) {
        metrics.attemptDuration.observe({ verdict }, attempt.duration_ms / 1_000);
        metrics.queueTime.observe(seconds(attempt.started_at - record.timestampMs));
        if (attempt.step === 0) {
          metrics.eventToAttempt.observe(seconds(attempt.started_at - attempt.occurred_at));
        }
      }
      if (isLogged) lines[level](lineOf(attempt), messageOf(attempt));
    },
    notice({ endpoint, type, reason, failingSinceMs, consecutiveFailures }) {
      metrics.notices.inc({ type, reason });
      const endpoint_id = endpoint.id;
      log.warn({ endpoint_id, reason, failingSinceMs, consecutiveFailures }, type);
    },
    refused(refused) {
      metrics.refusedAddresses.inc({ reason: refused.reason });
      refusals(refused.hostname, refused);
    },
    twinDropped: () => metrics.twinsDropped.inc(),
    breaker(endpoint_id, to) {
      metrics.breakerChanges.inc({ to });
      log[to === 'open' ? 'warn' : 'info']({ endpoint_id }, `breaker ${to}`);
    },
    poison(record, { reason, detail }) {
      metrics.poison.inc({ topic: record.topic, reason });
      const { topic, partition, offset } = record;
      log.warn({ topic, partition, offset, reason, detail }, 'poison record');
    },
  };
}

/** Clocks of machines differ: what seems to be before its cause was at once. */
function seconds(ms: number): number {
  return Math.max(ms, 0) / 1_000;
}

/**
 * What tells which delivery it was and what came of it; the record has the rest. Always of one shape, with what does
 * not apply undefined and so left out: thousands a second are written.
 */
function lineOf(attempt: DeliveryAttempt): object {
  return {
    delivery_id: attempt.delivery_id,
    event_id: attempt.event_id,
    endpoint_id: attempt.endpoint_id,
    account_id: attempt.account_id,
    publication_id: attempt.publication_id,
    cause: attempt.cause === 'event' ? undefined : attempt.cause,
    step: attempt.step,
    attempt: attempt.attempt_number,
    verdict: attempt.verdict,
    reason: attempt.reason ?? undefined,
    outcome: attempt.outcome ?? undefined,
    status: attempt.response?.status,
    error: attempt.error_message ?? undefined,
    duration_ms: attempt.duration_ms,
    next_attempt_at: attempt.next_attempt_at ?? undefined,
    url: attempt.request?.url,
  };
}

function messageOf({ disposition }: DeliveryAttempt): string {
  return disposition.toLowerCase();
}
