import type { DeliveryAttempt, Disposition, Verdict } from '@herald/contracts/generated/delivery-attempt';
import type { PublicationEvent } from '@herald/contracts/generated/publication-event';
import type { Coordinates } from '@herald/domain/coordinates';
import type { DeliverySummary, RouteDecision, Scope } from '../history.ts';

/** What an event was matched by, as a row of it says. */
export interface MatchedBy {
  eventType: string;
  projectId: string;
  channelId: string;
  /** Of an operational event: the endpoint that it is about. */
  aboutEndpointId: string | undefined;
  /** Undefined where only the routing is on record. */
  event: PublicationEvent | undefined;
}

/** One disposition without its bodies. */
export interface DispositionOnRecord {
  deliveryId: string;
  step: number;
  /** Number of the request; 0 where none was made. */
  attemptNumber: number;
  disposition: Disposition;
  verdict: Verdict;
  reason: string | undefined;
  outcome: string | undefined;
  errorMessage: string | undefined;
  status: number | undefined;
  nextAttemptAtMs: number | undefined;
  retryTier: string | undefined;
  startedAtMs: number;
  durationMs: DeliveryAttempt['duration_ms'];
  /** -1 where no configuration was used. */
  configRevision: number;
  readFrom: Coordinates;
}

/** All that is on record of one event; each part is undefined or empty by itself, as logging may be under way. */
export interface EventOnRecord {
  /** All that Kafka had taken by then is on record; undefined until the logger has caught up once. */
  asOfMs: number | undefined;
  accepted: { atMs: number; origin: Coordinates } | undefined;
  matchedBy: MatchedBy | undefined;
  poison: { reason: string; detail: string } | undefined;
  route: RouteDecision | undefined;
  /** To the endpoint that was asked for, or to all of them, by endpoint; of all causes, as they stand; the first 1,000. */
  deliveries: DeliverySummary[];
  /**
   * Of the latest 20 deliveries to the endpoint that was asked for, by time; where they are more than 1,000, the first
   * 100 and the newest.
   */
  dispositions: DispositionOnRecord[];
  dispositionsLeftOut: number;
}

export interface ExplainReads {
  /** @param endpointId whose dispositions are wanted too */
  evidence(scope: Scope, eventId: string, endpointId: string | undefined): Promise<EventOnRecord>;
}
