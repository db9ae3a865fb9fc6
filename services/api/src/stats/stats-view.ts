import type {
  AttemptFigures,
  EndpointFigures,
  FailingEndpoint,
  Lag,
  Stats,
  StatsFigures,
} from '@herald/clickhouse/read/stats-figures';
import type { z } from 'zod';
import { isoTime, isoTimeOrNull } from '../http/fields.ts';
import { bucketsIn, type TimeSpan } from './range.ts';
import type { endpointsView, lagView, statsView, topFailingView } from './stats-fields.ts';

type FiguresView = z.output<typeof statsView>['total'];

export function viewStats(stats: Stats, range: TimeSpan, bucketMs: number): z.output<typeof statsView> {
  const found = new Map(stats.buckets.map((bucket) => [bucket.fromMs, bucket]));
  const firstMs = Math.floor(range.fromMs / bucketMs) * bucketMs;
  return {
    as_of: isoTimeOrNull(stats.asOfMs),
    from: isoTime(range.fromMs),
    to: isoTime(range.toMs),
    bucket_seconds: bucketMs / 1_000,
    total: viewFigures(stats.total),
    buckets: Array.from({ length: bucketsIn(range, bucketMs) }, (_, index) => {
      const fromMs = firstMs + index * bucketMs;
      return { from: isoTime(fromMs), ...viewFigures(found.get(fromMs)) };
    }),
  };
}

export function viewEndpoints(
  endpoints: readonly EndpointFigures[],
  range: TimeSpan,
): z.output<typeof endpointsView> {
  return {
    from: isoTime(range.fromMs),
    to: isoTime(range.toMs),
    items: endpoints.map(({ endpointId, attempts }) => ({
      endpoint_id: endpointId,
      attempts: viewAttempts(attempts),
    })),
  };
}

export function viewTopFailing(
  endpoints: readonly FailingEndpoint[],
  range: TimeSpan,
): z.output<typeof topFailingView> {
  return {
    from: isoTime(range.fromMs),
    to: isoTime(range.toMs),
    items: endpoints.map((endpoint) => ({
      endpoint_id: endpoint.endpointId,
      attempts: endpoint.attempts,
      failures: endpoint.failures,
      failure_rate: rounded(endpoint.failures / endpoint.attempts),
      commonest_outcome: endpoint.commonestOutcome,
      last_failure_at: isoTime(endpoint.lastFailureAtMs),
    })),
  };
}

/** Of the moment that the ledger speaks of: a logger that is behind must not look like endpoints that are. */
export function viewLag({ asOfMs, endpoints }: Lag): z.output<typeof lagView> {
  return {
    as_of: isoTimeOrNull(asOfMs),
    items: endpoints.map(({ endpointId, pending, waiting, held, oldestDueAtMs }) => ({
      endpoint_id: endpointId,
      open: pending + waiting + held,
      pending,
      waiting,
      held,
      oldest_due_at: isoTime(oldestDueAtMs),
      lag_seconds: asOfMs === undefined ? null : Math.max(0, asOfMs - oldestDueAtMs) / 1_000,
    })),
  };
}

function viewFigures(figures: StatsFigures | undefined): FiguresView {
  if (!figures) return NOTHING;
  return {
    attempts: viewAttempts(figures.attempts),
    deliveries: {
      total: Object.values(figures.deliveries).reduce((sum, count) => sum + count, 0),
      ...figures.deliveries,
    },
  };
}

function viewAttempts(attempts: AttemptFigures): FiguresView['attempts'] {
  const { total, delivered, retry, dead, hold, none, outcomes, durationMs } = attempts;
  return {
    total,
    verdicts: { delivered, retry, dead, hold, none },
    outcomes,
    success_rate: total > none ? rounded(delivered / (total - none)) : null,
    duration_ms: durationMs
      ? { p50: rounded(durationMs.p50), p95: rounded(durationMs.p95), p99: rounded(durationMs.p99) }
      : null,
  };
}

const NOTHING: FiguresView = {
  attempts: {
    total: 0,
    verdicts: { delivered: 0, retry: 0, dead: 0, hold: 0, none: 0 },
    outcomes: {},
    success_rate: null,
    duration_ms: null,
  },
  deliveries: { total: 0, pending: 0, waiting: 0, held: 0, cancelled: 0, dead: 0, delivered: 0 },
};

/** No more digits than a figure is good for. */
function rounded(value: number): number {
  return Math.round(value * 10_000) / 10_000;
}
