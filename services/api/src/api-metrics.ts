import type { Metrics } from '@herald/service-kit/metrics';

export interface ApiMetrics {
  /** `route` is the operation's path, never the caller's: labels stay few. */
  answered(method: string, route: string, status: number, durationMs: number): void;
  /** `reason` is one of some twenty. */
  refusedAddress(reason: string): void;
  /** Dispositions that a client of the live tail was too slow for. */
  skipped(count: number): void;
  watchTail(tail: { readonly streams: number }): void;
}

export function createApiMetrics(metrics: Metrics): ApiMetrics {
  const duration = metrics.histogram({
    name: 'herald_api_request_duration_seconds',
    help: 'From the head of a request to its answer, by operation and status. 503 on deliveries, events and the ledger: ClickHouse is away or slow. 503 on endpoints: Kafka is. 412: callers race for one endpoint. 499: callers gave up waiting.',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
  });
  const refused = metrics.counter({
    name: 'herald_api_addresses_refused_total',
    help: 'URLs that were not saved, or not looked at by a check, because of their address, by its kind (private, loopback, linkLocal, …). Rises: somebody tries to reach networks inside; the log names host and address, the lines of requests beside it who asks. A receiver of your own: HERALD_ALLOWED_NETWORKS.',
    labelNames: ['reason'],
  });
  const skipped = metrics.counter({
    name: 'herald_api_tail_skipped_total',
    help: 'Dispositions that clients of the live tail were too slow for; each was told how many. Rises: filter more, or look at the network between; nothing is missing from the history.',
  });
  return {
    answered(method, route, status, durationMs) {
      duration.observe({ method, route, status: String(status) }, durationMs / 1_000);
    },
    refusedAddress: (reason) => refused.inc({ reason }),
    skipped: (count) => skipped.inc(count),
    watchTail(tail) {
      metrics.gauge({
        name: 'herald_api_tail_streams',
        help: 'Clients of the live tail. At 200 the next one is answered 429: look for clients that never leave, or add replicas.',
        collect() {
          this.set(tail.streams);
        },
      });
    },
  };
}
