import {
  Counter,
  type CounterConfiguration,
  collectDefaultMetrics,
  Gauge,
  type GaugeConfiguration,
  Histogram,
  type HistogramConfiguration,
  Registry,
} from 'prom-client';

type Described<C> = Omit<C, 'registers'>;

/**
 * A registry of its own for each service, never prom-client's global one. Names are
 * `herald_<service or room>_<noun>_<unit>`; a help text says what to do when the metric moves.
 */
export interface Metrics {
  readonly registry: Registry;
  counter<L extends string = never>(described: Described<CounterConfiguration<L>>): Counter<L>;
  gauge<L extends string = never>(described: Described<GaugeConfiguration<L>>): Gauge<L>;
  histogram<L extends string = never>(described: Described<HistogramConfiguration<L>>): Histogram<L>;
}

/** Sampling every 10 ms, prom-client's default, keeps an idle service awake. */
const EVENT_LOOP_SAMPLE_MS = 100;

export function createMetrics({ service }: { service: string }): Metrics {
  const registry = new Registry();
  registry.setDefaultLabels({ service });
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: EVENT_LOOP_SAMPLE_MS });
  const registers = [registry];
  return {
    registry,
    counter: (described) => new Counter({ ...described, name: checkedName(described.name), registers }),
    gauge: (described) => new Gauge({ ...described, name: checkedName(described.name), registers }),
    histogram: (described) => new Histogram({ ...described, name: checkedName(described.name), registers }),
  };
}

function checkedName(name: string): string {
  if (/^herald(_[a-z0-9]+){3,}$/.test(name)) return name;
  throw new Error(`Metric ${name} is not named herald_<service or room>_<noun>_<unit>`);
}
