import { TOPICS } from '@herald/contracts/topics';
import type { FlushedBatch } from '@herald/kafka/batching-producer';
import type { Lane } from '@herald/kafka/lane';
import type { EndpointTable } from '@herald/registry/endpoint-table';
import type { Metrics } from '@herald/service-kit/metrics';
import type { CatchUp } from './catch-up/catch-up.ts';
import type { DeliveryLane } from './delivery-lane/delivery-lane.ts';

const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300];

export type LaneName = 'route' | 'delivery' | 'retry';

/** What is read at each scrape. */
export interface Watched {
  lanes: Record<LaneName, Pick<Lane, 'lag' | 'windows'>>;
  delivery: Pick<DeliveryLane, 'queued' | 'inFlight' | 'census'>;
  held: Pick<CatchUp, 'followed'>;
  pendingRecords: () => number;
  endpoints: Pick<EndpointTable, 'revision' | 'unreadable'>;
}

/** The metrics of the dispatcher; a help text says what to do when its metric moves. */
export function createDispatcherMetrics(metrics: Metrics) {
  return {
    routed: metrics.counter({
      name: 'herald_dispatcher_events_routed_total',
      help: 'Events whose route record is due. Falls to zero while events arrive: look at the lag of the route lane, then at readiness.',
    }),
    deliveries: metrics.counter({
      name: 'herald_dispatcher_deliveries_created_total',
      help: 'Deliveries that events were matched to. Far from its usual ratio to routed events: look for a change of subscriptions.',
    }),
    dispositions: metrics.counter<'disposition' | 'verdict' | 'outcome' | 'reason'>({
      name: 'herald_dispatcher_dispositions_made_total',
      help: 'Steps that deliveries have taken: attempts by verdict and outcome; held, parked, dead and fenced ones. Parked rises: an endpoint is slower than its events (overflow), at its limit (rate_limit) or failing (breaker_open), find it in the attempt log; or its record was written by a newer version (configuration_unreadable), update the dispatcher. Dead rises: see the reasons, then redrive. Fenced rises: rebalances interrupt attempts, see the membership of the group.',
      labelNames: ['disposition', 'verdict', 'outcome', 'reason'],
    }),
    attemptDuration: metrics.histogram<'verdict'>({
      name: 'herald_dispatcher_attempt_duration_seconds',
      help: 'From the start of a request to the end of its answer. Rises for all endpoints at once: look at the network and the CPU of the dispatcher.',
      labelNames: ['verdict'],
      buckets: SECONDS,
    }),
    eventToAttempt: metrics.histogram({
      name: 'herald_dispatcher_event_to_attempt_seconds',
      help: 'From the time of the event to the start of its first attempt. Rises: compare the lag of the lanes, then add dispatchers.',
      buckets: SECONDS,
    }),
    queueTime: metrics.histogram({
      name: 'herald_dispatcher_delivery_wait_seconds',
      help: 'From the writing of a delivery record to the start of its attempt. Rises while attempts are quick: the dispatcher is short of CPU or of attempts in flight.',
      buckets: SECONDS,
    }),
    notices: metrics.counter<'type' | 'reason'>({
      name: 'herald_dispatcher_operational_events_total',
      help: 'Operational events: endpoints whose owners were warned (endpoint.failing), and those whose deliveries are held now because all attempts failed or because of a 410 (endpoint.disabled). Many at once: look for a cause on our side, such as DNS, the network or the clock, before the owners do.',
      labelNames: ['type', 'reason'],
    }),
    breakerChanges: metrics.counter<'to'>({
      name: 'herald_dispatcher_breaker_changes_total',
      help: 'Circuit breakers of endpoints that opened (four fifths of at least 30 attempts in two minutes failed) or that a probe closed; the log names the endpoint. Many open at once: look for a cause on our side, such as DNS or the network.',
      labelNames: ['to'],
    }),
    twinsDropped: metrics.counter({
      name: 'herald_dispatcher_twins_dropped_total',
      help: 'Second records of one step, dropped. Some after a crash are expected; a steady rate means that something writes deliveries twice.',
    }),
    poison: metrics.counter<'topic' | 'reason'>({
      name: 'herald_dispatcher_poison_records_total',
      help: 'Records that could not be read and went to publication.events.poison. Any: read the reason there, mend its producer, replay.',
      labelNames: ['topic', 'reason'],
    }),
    forwarded: metrics.counter<'tier'>({
      name: 'herald_dispatcher_retries_forwarded_total',
      help: 'Deliveries that left their retry tier. Zero while a tier has lag and its delay has passed: restart the dispatcher and keep its log.',
      labelNames: ['tier'],
    }),
    ordered: metrics.counter<'kind'>({
      name: 'herald_dispatcher_retries_ordered_total',
      help: 'Deliveries that left their retry tier before they were due because a person ordered it: forwarded, or cancelled with a dead letter. Rises and nobody knows why: herald.retry-orders has the newest order of each endpoint, and who gave it.',
      labelNames: ['kind'],
    }),
    retryLateness: metrics.histogram({
      name: 'herald_dispatcher_retry_lateness_seconds',
      help: 'How long after its due time a delivery left its tier. Over a few seconds: the retry lane is short of CPU or the brokers are slow.',
      buckets: SECONDS,
    }),
    batchRecords: metrics.histogram({
      name: 'herald_dispatcher_produce_batch_records',
      help: 'Records a write to Kafka. Near 1 under load: something waits for single acknowledgements.',
      buckets: [1, 2, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_500],
    }),
    batchDuration: metrics.histogram({
      name: 'herald_dispatcher_produce_duration_seconds',
      help: 'From a write to its acknowledgement by all in-sync replicas. Rises: look at the brokers.',
      buckets: SECONDS,
    }),
    batchRepeats: metrics.counter({
      name: 'herald_dispatcher_produce_repeats_total',
      help: 'Writes that had to be sent again. Rises: a broker is away or a leader moves; deliveries wait, none is lost.',
    }),
    released: metrics.counter<'fate'>({
      name: 'herald_dispatcher_held_released_total',
      help: 'Deliveries that left webhook.held: to be delivered, cancelled by their owner, expired, or unreadable. Expire: endpoints are held for longer than the topic keeps its records; tell their owners, or raise its retention.',
      labelNames: ['fate'],
    }),
    refusedAddresses: metrics.counter<'reason'>({
      name: 'herald_dispatcher_addresses_refused_total',
      help: 'Connections to receivers that were not made because of the address, by its kind (private, loopback, linkLocal, …). Rises: somebody tries to reach networks inside, or the name of a receiver points there; the log names host and address. A receiver of your own: HERALD_ALLOWED_NETWORKS.',
      labelNames: ['reason'],
    }),
    gaps: metrics.counter({
      name: 'herald_dispatcher_offset_gaps_total',
      help: 'Ranges of records that were gone before they were read. Any: records were lost to retention; raise it, add dispatchers, and replay the range that the log names.',
    }),
    overdueConfiguration: metrics.counter({
      name: 'herald_dispatcher_revision_waits_total',
      help: 'Times that a delivery waited over 5 s for the configuration it was routed by. Any: the reader of herald.endpoints is behind; readiness is off until it follows.',
    }),
  };
}

export type DispatcherMetrics = ReturnType<typeof createDispatcherMetrics>;

export function observeBatch(metrics: DispatcherMetrics, batch: FlushedBatch): void {
  metrics.batchRecords.observe(batch.records);
  metrics.batchDuration.observe(batch.durationMs / 1_000);
  if (batch.attempts > 1) metrics.batchRepeats.inc(batch.attempts - 1);
}

export function watch(metrics: Metrics, watched: Watched): void {
  const { lanes, delivery, held, pendingRecords, endpoints } = watched;
  const named = Object.entries(lanes);
  metrics.gauge<'lane' | 'topic' | 'partition'>({
    name: 'herald_dispatcher_consumer_lag_records',
    help: 'Records between what is complete and the end of the partition. Grows in the delivery lane: add dispatchers or look for a full window; in a retry tier it is what waits.',
    labelNames: ['lane', 'topic', 'partition'],
    collect() {
      this.reset();
      for (const [lane, each] of named)
        for (const { topic, partition, lagRecords } of each.lag())
          this.set({ lane, topic, partition }, lagRecords);
    },
  });
  metrics.gauge<'lane' | 'topic' | 'partition'>({
    name: 'herald_dispatcher_window_received_records',
    help: 'Records received and not complete. At its bound for long: one endpoint or the brokers hold the partition up, see parked and produce durations.',
    labelNames: ['lane', 'topic', 'partition'],
    collect() {
      this.reset();
      for (const [lane, each] of named)
        for (const { topic, partition, records } of each.windows())
          this.set({ lane, topic, partition }, records);
    },
  });
  metrics.gauge({
    name: 'herald_dispatcher_attempts_in_flight',
    help: 'Attempts under way. At HERALD_MAX_ATTEMPTS_IN_FLIGHT for long: many endpoints hang, or the bound is too low.',
    collect() {
      this.set(delivery.inFlight);
    },
  });
  metrics.gauge({
    name: 'herald_dispatcher_breakers_open_endpoints',
    help: 'Endpoints whose circuit breaker is open: their deliveries are parked, and one probe at a time tries them. High for long: see the outcomes of their attempts.',
    collect() {
      this.set(delivery.census().open);
    },
  });
  metrics.gauge({
    name: 'herald_dispatcher_remembered_endpoints',
    help: 'Endpoints whose pace, limit or breaker is remembered, those lately active, at most 10000. Near that: an endpoint may be taken for healthy a little too soon; add dispatchers.',
    collect() {
      this.set(delivery.census().known);
    },
  });
  metrics.gauge({
    name: 'herald_dispatcher_deliveries_queued_records',
    help: 'Deliveries in memory that wait for their turn. High while few attempts are in flight: dispositions are not acknowledged, look at the brokers.',
    collect() {
      this.set(delivery.queued);
    },
  });
  metrics.gauge({
    name: 'herald_dispatcher_produce_pending_records',
    help: 'Records handed over and not acknowledged. Stays high: brokers are away or slow; routing and sending wait for them.',
    collect() {
      this.set(pendingRecords());
    },
  });
  metrics.gauge({
    name: 'herald_dispatcher_held_endpoints',
    help: 'Endpoints with deliveries in webhook.held. Rises: endpoints are paused, gone or failing; see the reasons in their status, and resume or delete them.',
    collect() {
      this.set(held.followed().endpoints);
    },
  });
  metrics.gauge<'topic'>({
    name: 'herald_dispatcher_time_to_loss_hours',
    help: 'Hours until the oldest delivery of a held endpoint becomes a dead letter, because its topic would drop it a day later. Below 48: tell the owners of held endpoints, or raise the retention of the topic.',
    labelNames: ['topic'],
    collect() {
      this.reset();
      const { hoursToLoss } = held.followed();
      if (Number.isFinite(hoursToLoss)) this.set({ topic: TOPICS.held }, hoursToLoss);
    },
  });
  metrics.gauge({
    name: 'herald_dispatcher_configuration_revision_offset',
    help: 'The last offset of herald.endpoints that is applied. Behind that of another dispatcher for more than seconds: its reader stalls, restart it.',
    collect() {
      this.set(endpoints.revision);
    },
  });
  metrics.gauge({
    name: 'herald_dispatcher_unreadable_endpoints',
    help: 'Endpoints whose record this dispatcher cannot read, and of which it knows nothing before: what they may want waits for them. Not 0: readiness names them, and the log says why; update the dispatcher, or see what to do with a record that Herald did not write.',
    collect() {
      this.set(endpoints.unreadable.size);
    },
  });
}
