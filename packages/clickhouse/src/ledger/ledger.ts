import type { Coordinates } from '@herald/domain/coordinates';
import type { DeliveryState } from '../delivery-state.ts';
import type { Listing, PageQuery, Scope } from '../history.ts';
import type { HeldFigures, HeldQuery } from '../read/held.ts';

/** Each delivery in exactly one state. */
export type StateCounts = Record<DeliveryState, number>;

/** What is on record and how far it got; every figure counts distinct things, whatever was inserted twice. */
export interface LedgerFigures extends StateCounts {
  /** Offsets of publication.events on record. An undecodable one belongs to no account. */
  accepted: number;
  /** Offsets with a route record. */
  routed: number;
  /** Offsets whose route record names no endpoint. */
  unmatched: number;
  /** Offsets that are in poison; an account's are those whose event can be read. */
  poison: number;
  /** Offsets of events that have neither a route record nor a poison record: under way, or lost if it lasts. */
  unrouted: number;
  /** Offsets that have a route record and no event: the log lane is behind, or has lost it if it lasts. */
  unrecorded: number;
  /** Deliveries that route records name. */
  matched: number;
  /** Deliveries: those that route records name, and those of tests and replays. */
  deliveries: number;
}

/** Neighbouring offsets of one partition of publication.events that were not accounted for in time. */
export interface OffsetGap {
  /** `unrouted`: an event without a route record. `unrecorded`: a route record without its event. */
  kind: 'unrouted' | 'unrecorded';
  partition: number;
  firstOffset: number;
  lastOffset: number;
  /** When the first of them was recorded, or routed. */
  sinceMs: number;
}

/** A delivery that nothing has happened to since it was due. */
export interface OverdueDelivery {
  deliveryId: string;
  endpointId: string;
  accountId: string;
  state: DeliveryState;
  dueAtMs: number;
  origin: Coordinates;
}

export interface OverdueEndpoint {
  endpointId: string;
  accountId: string;
  overdue: number;
  oldestDueAtMs: number;
}

/** What does not add up: counts, and of each kind the oldest or the worst by name. */
export interface LedgerFindings {
  /** Offsets in gaps. */
  unrouted: number;
  unrecorded: number;
  /** At most 100. */
  gaps: OffsetGap[];
  /** Overdue deliveries by their state, of the 640,000 offsets with the oldest at least. */
  overdue: Pick<StateCounts, 'pending' | 'waiting' | 'held'>;
  oldestDueAtMs: number | undefined;
  /** At most 100. */
  overdueDeliveries: OverdueDelivery[];
  /** At most 20. */
  overdueEndpoints: OverdueEndpoint[];
  /** Endpoints with something that is due, however short, longest first; at most 20, and for operators only. */
  lagging: OverdueEndpoint[];
}

/** Of what moment the ledger speaks. */
export interface LedgerReport {
  /** When it was counted last. */
  countedAtMs: number;
  /** All that Kafka had taken by then is on record; undefined until that has been seen once. */
  asOfMs: number | undefined;
  /** How long something may be due before it is overdue. */
  overdueAfterMs: number;
  /** What was due before is not judged: it may have expired in part, or somebody has seen to it. */
  judgedFromMs: number;
}

export interface Ledger {
  /** Undefined when nobody has counted yet; all figures are 0 then. */
  report: LedgerReport | undefined;
  figures: LedgerFigures;
  findings: LedgerFindings;
}

export interface EndpointLedger extends StateCounts {
  endpointId: string;
  deliveries: number;
  /** When its first open delivery is due; null when none is open. */
  nextDueAtMs: number | null;
}

export interface LedgerReads {
  /** As it was counted last. `'all'` is for operators. */
  read(scope: Scope | 'all'): Promise<Ledger>;
  /** One item an endpoint that has deliveries on record, by its id. */
  endpoints(scope: Scope, query: PageQuery): Promise<Listing<EndpointLedger>>;
  /** Of what moment it speaks, epoch milliseconds; undefined until the logger has caught up once. */
  asOf(): Promise<number | undefined>;
  /** Of one endpoint: its cost is that of what is held for it. */
  held(scope: Scope, query: HeldQuery): Promise<HeldFigures>;
  /** Counts the figures from the history itself, reading whole columns: for audits and tests. */
  recount(scope: Scope | 'all'): Promise<LedgerFigures>;
}
