import type { Metrics } from '@herald/service-kit/metrics';

export interface ApiMetrics {
  /** `route` is the operation's path, never the caller's: labels stay few. */
  answered(method: string, route: string, status: number, durationMs: number): void;
}

export function createApiMetrics(metrics: Metrics): ApiMetrics {
  const duration = metrics.histogram({
    name: 'herald_api_request_duration_seconds',
    help: 'From the head of a request to its answer, by operation and status. 503 on deliveries, events and the ledger: ClickHouse is away or slow. 503 on endpoints: Kafka is. 412: callers race for one endpoint. 499: callers gave up waiting.',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
  });
  return {
    answered(method, route, status, durationMs) {
      duration.observe({ method, route, status: String(status) }, durationMs / 1_000);
    },
  };
}
