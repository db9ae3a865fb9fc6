import type { BareResult } from './bare/bare-loop.ts';
import type { Machine } from './machine.ts';
import type { Percentiles } from './percentiles.ts';
import type { Accounted } from './runs.ts';
import type { Isolation } from './scenarios/isolation.ts';
import type { Latency } from './scenarios/latency.ts';
import type { Logging } from './scenarios/logging.ts';
import type { ReplayBeside } from './scenarios/replay.ts';
import type { Throughput } from './scenarios/throughput.ts';
import type { Usage } from './usage.ts';

/** The same load without something and, right after, with it; milliseconds. */
export interface Round {
  withoutMs: Percentiles;
  withMs: Percentiles;
}

/** Everything that one run of the bench has measured. What was not asked for, or failed, is absent. */
export interface Results {
  sender: string;
  scale: 'full' | 'quick';
  machine: Machine;
  idle?: Usage;
  /** Right before and right after each run of events to one endpoint. */
  bare: BareResult[];
  throughput: Throughput[];
  latency: Latency[];
  isolation?: Isolation;
  replay?: ReplayBeside;
  logging?: Logging;
  account: Accounted[];
  /** Requests at the sink that nobody expected. */
  strays: number;
  /** Scenarios that did not come to a result. */
  problems: { scenario: string; problem: string }[];
}
