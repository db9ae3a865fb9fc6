import type { DeliveryState } from '../delivery-state.ts';
import type { Scope } from '../history.ts';

/** Half open: from ≤ time < to, epoch milliseconds. The caller bounds how long it is. */
export interface StatsRange {
  fromMs: number;
  toMs: number;
}

export interface StatsQuery extends StatsRange {
  /** Buckets begin at whole multiples of it since the epoch; those at the ends of the range may be cut by it. */
  bucketMs: number;
  projectId?: string | undefined;
  channelId?: string | undefined;
  endpointId?: string | undefined;
  eventType?: string | undefined;
}

/** Requests that began in the time, each once. */
export interface AttemptFigures {
  total: number;
  delivered: number;
  retry: number;
  dead: number;
  hold: number;
  /** Fenced: another owner decided. */
  none: number;
  /** By class of the status (`2xx`), or by the name of the wire error. */
  outcomes: Record<string, number>;
  /** Milliseconds, by t-digest: good to about a percent. Undefined without an attempt. */
  durationMs: { p50: number; p95: number; p99: number } | undefined;
}

/** Deliveries whose event happened in the time, each once, by the state that it is in now. */
export type DeliveryFigures = Record<DeliveryState, number>;

export interface StatsFigures {
  attempts: AttemptFigures;
  deliveries: DeliveryFigures;
}

export interface Stats {
  /** All that Kafka had taken by then is counted; undefined until the logger has caught up once. */
  asOfMs: number | undefined;
  total: StatsFigures;
  /** Without those that nothing happened in, oldest first. */
  buckets: Array<StatsFigures & { fromMs: number }>;
}

/** Of the endpoints of an account, or of one of its projects. */
export interface EndpointsQuery extends StatsRange {
  projectId?: string | undefined;
  /** Endpoints wanted, 1 to 200. */
  limit: number;
}

export interface EndpointFigures {
  endpointId: string;
  attempts: AttemptFigures;
}

export interface FailingEndpoint {
  endpointId: string;
  /** Requests that something was decided from. */
  attempts: number;
  failures: number;
  /** The outcome of most of the failures, as in `outcomes`. */
  commonestOutcome: string;
  lastFailureAtMs: number;
}

/** What an endpoint still has to get, as of the ledger. */
export interface EndpointLag {
  endpointId: string;
  pending: number;
  waiting: number;
  held: number;
  /** When the first of these is due; one that is held is due before its topic forgets it. */
  oldestDueAtMs: number;
}

export interface Lag {
  /** The moment that it speaks of; undefined until the logger has caught up once. */
  asOfMs: number | undefined;
  /** Those due longest first. */
  endpoints: EndpointLag[];
}

export interface StatsReads {
  read(scope: Scope, query: StatsQuery): Promise<Stats>;
  /** Endpoints by their attempts, most first. */
  endpoints(scope: Scope, query: EndpointsQuery): Promise<EndpointFigures[]>;
  /** Endpoints by their failures, most first; those without one are left out. */
  topFailing(scope: Scope, query: EndpointsQuery): Promise<FailingEndpoint[]>;
  /** Endpoints with open deliveries. @param limit 1 to 200 */
  lag(scope: Scope, limit: number): Promise<Lag>;
}
