import type { DeliveryAttempt } from '@herald/contracts/generated/delivery-attempt';
import type { Logger } from '@herald/service-kit/log';
import type { DeliveryObserver } from './delivery-lane/recorder.ts';
import type { DispatcherMetrics } from './metrics.ts';

export interface ObserverOptions {
  log: Logger;
  metrics: DispatcherMetrics;
  /** Of the line that each disposition leaves. */
  level: 'info' | 'debug';
}

/** Metrics and the one wide log line of each disposition. */
export function createObserver({ log, metrics, level }: ObserverOptions): DeliveryObserver {
  const isLogged = log.isLevelEnabled(level);
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
      if (isLogged) log[level](lineOf(attempt), messageOf(attempt));
    },
    twinDropped: () => metrics.twinsDropped.inc(),
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

/** Everything that the record says but for bodies and header fields, empty values left out. */
function lineOf(attempt: DeliveryAttempt): object {
  const { request, response, ...told } = attempt;
  const line: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(told)) if (value !== null && value !== '') line[name] = value;
  if (request) Object.assign(line, { url: request.url, request_bytes: request.body.length });
  if (response) Object.assign(line, { status: response.status, response_bytes: response.body.length });
  return line;
}

function messageOf({ disposition, verdict }: DeliveryAttempt): string {
  return disposition === 'ATTEMPTED' ? `attempted: ${verdict.toLowerCase()}` : disposition.toLowerCase();
}
