import type { Metrics } from '@herald/service-kit/metrics';

export interface IngestMetrics {
  answered(status: number, code: string, durationMs: number): void;
  accepted(events: number): void;
  /** Events that were on record already. */
  repeated(events: number): void;
  /** A request answered from the first one with its key. */
  replayed(): void;
  produced(batch: { records: number; bytes: number; durationMs: number; attempts: number }): void;
}

export interface IngestGauges {
  pendingEvents: () => number;
  pendingBytes: () => number;
}

export function createIngestMetrics(metrics: Metrics, gauges: IngestGauges): IngestMetrics {
  const requests = metrics.counter({
    name: 'herald_ingest_requests_total',
    help: 'Answered requests by status and problem code. A rise of 503 is Kafka not keeping up: see herald_ingest_produce_duration_seconds. A rise of 401, 403, 422 or 429 is one client: find it by its key in the debug log.',
    labelNames: ['status', 'code'],
  });
  const duration = metrics.histogram({
    name: 'herald_ingest_request_duration_seconds',
    help: 'From the first byte of a request to its answer, which waits for the acknowledgement of all in-sync replicas. When it rises with herald_ingest_produce_duration_seconds look at the brokers, when it rises alone at this service and its CPU.',
    buckets: [0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30],
  });
  const events = metrics.counter({
    name: 'herald_ingest_accepted_events_total',
    help: 'Events answered with 202, all of them on record. When it falls while requests go on, look at the codes of herald_ingest_requests_total.',
  });
  const repeats = metrics.counter({
    name: 'herald_ingest_repeated_requests_total',
    help: 'Requests answered from the first one with their Idempotency-Key. A lasting rise means clients that time out and ask again: look at herald_ingest_request_duration_seconds.',
  });
  const repeatedEvents = metrics.counter({
    name: 'herald_ingest_repeated_events_total',
    help: 'Events answered with where they already were on record, because their id was sent before. A lasting rise means upstream services that send everything twice, or time out: look at herald_ingest_request_duration_seconds.',
  });
  const batchEvents = metrics.histogram({
    name: 'herald_ingest_produce_batch_events',
    help: 'Events in one write to Kafka. It grows with load; at its top with rising durations the brokers are the limit.',
    buckets: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000],
  });
  const produceDuration = metrics.histogram({
    name: 'herald_ingest_produce_duration_seconds',
    help: 'One write to Kafka until all in-sync replicas have it. When it rises, look at the brokers: disks, network, replicas that are behind.',
    buckets: [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30],
  });
  const repeatedWrites = metrics.counter({
    name: 'herald_ingest_produce_retries_total',
    help: 'Writes to Kafka that had to be sent again. It moves while a broker is away or leaders change; without such a reason look at the network.',
  });
  metrics.gauge({
    name: 'herald_ingest_pending_events',
    help: 'Events handed to Kafka and not acknowledged. At HERALD_INGEST_MAX_PENDING_EVENTS requests are answered 503; when it does not come down again, Kafka is away.',
    collect() {
      this.set(gauges.pendingEvents());
    },
  });
  metrics.gauge({
    name: 'herald_ingest_pending_bytes',
    help: 'Bytes of bodies under way. At HERALD_INGEST_MAX_PENDING_BYTES requests are answered 503: raise it or add instances when Kafka is well.',
    collect() {
      this.set(gauges.pendingBytes());
    },
  });
  return {
    answered(status, code, durationMs) {
      requests.inc({ status, code });
      duration.observe(durationMs / 1_000);
    },
    accepted: (count) => events.inc(count),
    repeated: (count) => repeatedEvents.inc(count),
    replayed: () => repeats.inc(),
    produced(batch) {
      batchEvents.observe(batch.records);
      produceDuration.observe(batch.durationMs / 1_000);
      if (batch.attempts > 1) repeatedWrites.inc(batch.attempts - 1);
    },
  };
}
