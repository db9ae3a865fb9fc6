import type {
  DeliveryAttempt,
  Disposition,
  AttemptRequest as RecordedRequest,
  Verdict,
} from '@herald/contracts/generated/delivery-attempt';
import type { PublicationEvent } from '@herald/contracts/generated/publication-event';
import type { Coordinates } from '@herald/domain/coordinates';
import type { DeliveryState } from './delivery-state.ts';
import type { LedgerReads } from './ledger/ledger.ts';
import type { AuditReads } from './read/audit.ts';
import type { DeadLetterReads } from './read/dead-letters.ts';
import type { EventRef } from './read/event-contents.ts';
import type { EventGroups } from './read/event-groups.ts';
import type { ExplainReads } from './read/explain-evidence.ts';
import type { EventToEndpointAt, ReplayReads } from './read/replay-reads.ts';
import type { StatsReads } from './read/stats-figures.ts';

/** Whose history is read. Every read of an account's data takes one: there is no read without it. */
export interface Scope {
  accountId: string;
  /** Where it is given, only rows of these: none, if it is empty. The ledger is of accounts: it takes no such scope. */
  projectIds?: readonly string[] | undefined;
  channelIds?: readonly string[] | undefined;
  /** Of what is about deliveries: only of those to these. */
  endpointIds?: readonly string[] | undefined;
}

/** Half open: from ≤ time of the event < to, epoch milliseconds. */
export interface TimeRange {
  fromMs?: number | undefined;
  toMs?: number | undefined;
}

export interface PageQuery {
  /** Items wanted, 1 to 200. */
  limit: number;
  /** `nextCursor` of the page before, from the same query with the same filters. */
  cursor?: string | undefined;
}

/**
 * Newest first. A page can be shorter than its limit, even empty, while `nextCursor` is set: a rare state is
 * looked for in bounded steps. Walking to the end sees each item that was there at the start exactly once.
 */
export interface Page<T> {
  kind: 'page';
  items: T[];
  /** Undefined on the last page. */
  nextCursor: string | undefined;
}

/** The cursor is damaged, or belongs to a query with other filters. Ask again without one. */
export interface RefusedCursor {
  kind: 'refused_cursor';
  reason: string;
}

export type Listing<T> = Page<T> | RefusedCursor;

export interface DeliveryQuery extends PageQuery, TimeRange {
  projectId?: string | undefined;
  channelId?: string | undefined;
  endpointId?: string | undefined;
  /** What it is now. */
  state?: DeliveryState | undefined;
  /** That one of its requests was answered with: a status, or 1 to 9 for all of its hundreds. */
  status?: number | undefined;
  /** That one of its requests ended in: `response` or the name of a wire error. */
  outcome?: string | undefined;
  /** Words that its event has, all of them and in any order, or that one of its answers has, or its error. */
  text?: string | undefined;
  eventType?: string | undefined;
  publicationId?: string | undefined;
  eventId?: string | undefined;
}

/** What deliveries are counted for: as a list, without words, in a range of time that ends. */
export interface FacetQuery extends Omit<DeliveryQuery, keyof PageQuery | keyof TimeRange | 'text'> {
  fromMs: number;
  toMs: number;
}

/** How many deliveries have a value of what they could be narrowed to. */
export interface FacetValue {
  value: string;
  deliveries: number;
}

/** Exact counts, of each facet the 50 most frequent values; or none, where the range has too many rows to count. */
export type DeliveryFacets =
  | {
      kind: 'counted';
      deliveries: number;
      states: FacetValue[];
      eventTypes: FacetValue[];
      /** By class, as `5xx`; a delivery counts in each that one of its requests was answered with. */
      statuses: FacetValue[];
      outcomes: FacetValue[];
      endpoints: FacetValue[];
    }
  | { kind: 'too_many_rows' };

/** One delivery as it stands now. */
export interface DeliverySummary {
  deliveryId: string;
  endpointId: string;
  eventId: string;
  projectId: string;
  channelId: string;
  publicationId: string;
  /** As in @herald/domain/event-type. */
  eventType: string;
  /** As in @herald/domain/cause. */
  cause: string;
  state: DeliveryState;
  /** Why it waits, is held, dead or cancelled; null where there is no reason. */
  reason: string | null;
  /** Requests made. */
  attempts: number;
  /** What the last request ended in: `response` or the name of a wire error; null before the first. */
  lastOutcome: string | null;
  /** HTTP status of the last answer; null where the last request got none. */
  lastStatus: number | null;
  /** When the next attempt is due; null unless it waits. */
  nextAttemptAtMs: number | null;
  /** When the event happened; the order of lists. */
  occurredAtMs: number;
  /** When the state last changed. */
  updatedAtMs: number;
}

/** The body is null where it was left out: a delivery is read with about 1 MiB of what was sent, the newest. */
export interface AttemptRequest extends Omit<RecordedRequest, 'body'> {
  body: Buffer | null;
}

/** The body is null where it was left out, as that of a request. */
export interface AttemptResponse {
  status: number;
  headers: Record<string, string>;
  body: Buffer | null;
  bodyTruncated: boolean;
}

/** One disposition: an attempt, or a decision without a request. Bodies are the exact bytes. */
export interface Attempt {
  attemptId: string;
  step: number;
  /** Number of the request; 0 where none was made. */
  attemptNumber: number;
  disposition: Disposition;
  verdict: Verdict;
  reason: string | null;
  outcome: string | null;
  errorMessage: string | null;
  nextAttemptAtMs: number | null;
  retryTier: string | null;
  request: AttemptRequest | null;
  response: AttemptResponse | null;
  remoteAddress: string | null;
  startedAtMs: number;
  durationMs: DeliveryAttempt['duration_ms'];
  firstByteMs: number | null;
  /** Of the connection; null where none was opened for the request, or that part of it was not needed. */
  dnsMs: number | null;
  connectMs: number | null;
  tlsMs: number | null;
  configRevision: number;
  dispatcherId: string;
  /** Where the delivery was read from. */
  readFrom: Coordinates;
}

export interface DeliveryWithOrigin extends DeliverySummary {
  /** Where the event was read from; null while the delivery is pending. */
  origin: Coordinates | null;
}

export interface DeliveryDetail extends DeliveryWithOrigin {
  /** By step, then by time; where they are more than 1,000, the first 100 and the newest. */
  history: Attempt[];
  historyLeftOut: number;
}

/** One event and one endpoint that it went to. */
export interface EventToEndpoint {
  eventId: string;
  endpointId: string;
}

export interface EventQuery extends PageQuery, TimeRange {
  projectId?: string | undefined;
  channelId?: string | undefined;
  eventType?: string | undefined;
  /** Any of these; '' for events that are not about a channel. */
  channelIds?: readonly string[] | undefined;
  /** Any of these. */
  eventTypes?: readonly string[] | undefined;
  publicationId?: string | undefined;
  /** Each event with its deliveries as they stand, the first 20. */
  includeDeliveries?: boolean | undefined;
}

export interface EventSummary {
  eventId: string;
  eventType: string;
  projectId: string;
  channelId: string;
  channelType: string;
  publicationId: string;
  occurredAtMs: number;
  /** When Kafka took it. */
  recordedAtMs: number;
  origin: Coordinates;
}

/** `deliveries` is empty unless they were asked for. */
export interface ListedEvent extends EventSummary {
  deliveries: DeliverySummary[];
}

export interface RouteDecision {
  routedAtMs: number;
  configRevision: number;
  deliveries: Array<{ endpointId: string; deliveryId: string }>;
}

export interface EventDetail extends EventSummary {
  event: PublicationEvent;
  /** Null until the route lane has decided. */
  route: RouteDecision | null;
  /** Of all causes, as they stand now; the first 1,000. */
  deliveries: DeliverySummary[];
  deliveriesLeftOut: number;
}

export interface PoisonRecord {
  source: Coordinates;
  /** In a word, as in @herald/contracts/codec, or `refused` for a row that ClickHouse does not take. */
  reason: string;
  detail: string;
  recordedAtMs: number;
  valueBytes: number;
  /** The first 16 KiB of the record's value. */
  value: Buffer;
}

/** For how long somebody waits for a read. */
export interface Patience {
  /** Its reason is what reads are rejected with. */
  signal: AbortSignal;
  /** Of one read, all its queries together. */
  timeoutMs: number;
  /** Who asks, where many do: a query waits for a turn of this account (`read-turns.ts`). Without it, for none. */
  accountId?: string;
}

/** Rejects when ClickHouse cannot be asked, when a read is given up, and with TooManyReads. */
export interface HistoryReads {
  deliveries: {
    list(scope: Scope, query: DeliveryQuery): Promise<Listing<DeliverySummary>>;
    get(scope: Scope, deliveryId: string): Promise<DeliveryDetail | undefined>;
    facets(scope: Scope, query: FacetQuery): Promise<DeliveryFacets>;
    /** The redeliveries and replays of each pair that have a disposition on record, at most 100; latest change first. */
    replayed(scope: Scope, of: readonly EventToEndpointAt[]): Promise<DeliverySummary[]>;
  };
  events: {
    list(scope: Scope, query: EventQuery): Promise<Listing<ListedEvent>>;
    get(scope: Scope, eventId: string): Promise<EventDetail | undefined>;
    evidence: ExplainReads['evidence'];
    /** The publication of one of these deliveries that was erased; undefined where none is known to be. */
    erasedPublicationOf(scope: Scope, deliveryIds: readonly string[]): Promise<string | undefined>;
    /** For how long events stay on record, whoever asks; undefined where nothing is said. */
    keptForDays(): Promise<number | undefined>;
    /** Of events that happened in the range. */
    groups(scope: Scope, range: { fromMs: number; toMs: number }): Promise<EventGroups>;
    /** What these say, in no particular order; those that are not on record are left out. */
    contents(scope: Scope, events: readonly EventRef[]): Promise<PublicationEvent[]>;
  };
  deadLetters: DeadLetterReads;
  ledger: LedgerReads;
  stats: StatsReads;
  replays: ReplayReads;
  audit: AuditReads;
  /** For operators: what cannot be decoded belongs to no account. */
  poison: { list(query: PageQuery): Promise<Listing<PoisonRecord>> };
}

/** Read side of the history. */
export interface HistoryStore extends HistoryReads {
  /** As long as somebody waits for them. A read that is given up asks nothing more, and ClickHouse stops its query. */
  under(patience: Patience): HistoryReads;
  /** False while ClickHouse does not answer. */
  ping(): Promise<boolean>;
  close(): Promise<void>;
}
