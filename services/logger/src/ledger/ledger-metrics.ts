import { DELIVERY_STATES } from '@herald/clickhouse/delivery-state';
import type { Ledger } from '@herald/clickhouse/ledger/ledger';
import type { Metrics } from '@herald/service-kit/metrics';

/** Every round of the keeper leaves these. */
export function createLedgerMetrics(metrics: Metrics) {
  return {
    rounds: metrics.histogram<'kind'>({
      name: 'herald_ledger_round_duration_seconds',
      help: 'One round of counting what has changed (kind changes) or everything (kind recount, once a day). Rises: ClickHouse is short of CPU, or much is overdue; the pause after a round is four times as long as the round.',
      labelNames: ['kind'],
      buckets: [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300],
    }),
    stretches: metrics.counter({
      name: 'herald_ledger_stretches_counted_total',
      help: 'Stretches of 128 offsets that were counted again. Rises far faster than events arrive: retries of old events touch many stretches, look for an endpoint with a long backlog.',
    }),
    failures: metrics.counter({
      name: 'herald_ledger_rounds_failed_total',
      help: 'Rounds that failed and are made good by the next. Rises: ClickHouse or Kafka cannot be asked, the log has its words; what is found is as old as herald_ledger_counted_timestamp_seconds says.',
    }),
  };
}

/** What the ledger says, read at each scrape; without samples on a logger that does not keep it. */
export function watchLedger(metrics: Metrics, current: () => Ledger | undefined): void {
  metrics.gauge<'state'>({
    name: 'herald_ledger_accounted_deliveries',
    help: 'Deliveries on record by state, each in one. Held grows: endpoints are paused or disabled. Dead grows: see their reasons, then redrive. Pending grows: the delivery lane is behind, see its lag.',
    labelNames: ['state'],
    collect() {
      this.reset();
      const ledger = current();
      if (!ledger) return;
      for (const state of DELIVERY_STATES) this.set({ state }, ledger.figures[state]);
    },
  });
  metrics.gauge<'kind'>({
    name: 'herald_ledger_accounted_offsets',
    help: 'Offsets of publication.events on record: accepted, routed, unmatched (routed to no endpoint), poison, and under way: unrouted, unrecorded. Unrouted grows: the route lane is behind, see its lag. Unmatched rises beside accepted: look for a change of subscriptions.',
    labelNames: ['kind'],
    collect() {
      this.reset();
      const ledger = current();
      if (!ledger) return;
      for (const kind of OFFSET_KINDS) this.set({ kind }, ledger.figures[kind]);
    },
  });
  metrics.gauge<'kind'>({
    name: 'herald_ledger_gap_offsets',
    help: 'Offsets of publication.events that were not accounted for in time: unrouted (an event without a route record) or unrecorded (a route record without its event). Not 0: GET /v1/ledger and the log name them. See the runbook of HeraldLedgerGap.',
    labelNames: ['kind'],
    collect() {
      this.reset();
      const ledger = current();
      if (!ledger) return;
      this.set({ kind: 'unrouted' }, ledger.findings.unrouted);
      this.set({ kind: 'unrecorded' }, ledger.findings.unrecorded);
    },
  });
  metrics.gauge<'state'>({
    name: 'herald_ledger_overdue_deliveries',
    help: 'Deliveries that nothing has happened to for HERALD_LEDGER_OVERDUE_MS since they were due, by state. Not 0: GET /v1/ledger and the log name the oldest. See the runbook of HeraldLedgerOverdue.',
    labelNames: ['state'],
    collect() {
      this.reset();
      const ledger = current();
      if (!ledger) return;
      for (const [state, overdue] of Object.entries(ledger.findings.overdue)) this.set({ state }, overdue);
    },
  });
  metrics.gauge({
    name: 'herald_ledger_oldest_overdue_seconds',
    help: 'How long the oldest overdue delivery is due, 0 where none is. Grows by a second each second: it is lost or its lane stands still. See the runbook of HeraldLedgerOverdue.',
    collect() {
      setOrRemove(this, current(), ({ report, findings: { oldestDueAtMs } }) =>
        oldestDueAtMs === undefined ? 0 : ((report?.asOfMs ?? oldestDueAtMs) - oldestDueAtMs) / 1_000,
      );
    },
  });
  metrics.gauge<'endpoint_id'>({
    name: 'herald_ledger_endpoint_lag_seconds',
    help: 'How long the oldest open delivery of an endpoint is due, for the 20 endpoints with most lag; without a sample where nothing is due. One grows: its receiver is slower than its events come, or its breaker is open, see `herald stats lag` and `herald stats top-failing`. All grow: the delivery lane is late, see its lag.',
    labelNames: ['endpoint_id'],
    collect() {
      this.reset();
      const ledger = current();
      for (const { endpointId, oldestDueAtMs } of ledger?.findings.lagging ?? []) {
        const asOfMs = ledger?.report?.asOfMs ?? oldestDueAtMs;
        this.set({ endpoint_id: endpointId }, (asOfMs - oldestDueAtMs) / 1_000);
      }
    },
  });
  metrics.gauge({
    name: 'herald_ledger_as_of_timestamp_seconds',
    help: 'The moment that the ledger speaks of, epoch seconds: all that Kafka had taken by then is counted. Stands still: the logger is behind, see its lag; nothing is judged meanwhile.',
    collect() {
      setOrRemove(this, current(), ({ report }) => (report?.asOfMs ?? 0) / 1_000);
    },
  });
  metrics.gauge({
    name: 'herald_ledger_counted_timestamp_seconds',
    help: 'When the last round ended well, epoch seconds, on the logger that keeps the ledger. Old or absent on all of them: the ledger is not kept. See the runbook of HeraldLedgerNotKept.',
    collect() {
      setOrRemove(this, current(), ({ report }) => (report?.countedAtMs ?? 0) / 1_000);
    },
  });
}

const OFFSET_KINDS = ['accepted', 'routed', 'unmatched', 'poison', 'unrouted', 'unrecorded'] as const;

/** A gauge without labels says 0 of itself where there is nothing to say: it has to be removed. */
function setOrRemove(
  gauge: { set(value: number): void; remove(): void },
  ledger: Ledger | undefined,
  secondsOf: (ledger: Ledger) => number,
): void {
  if (ledger) gauge.set(secondsOf(ledger));
  else gauge.remove();
}
