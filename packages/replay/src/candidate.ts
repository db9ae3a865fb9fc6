import type { Cause } from '@herald/domain/cause';
import type { Coordinates } from '@herald/domain/coordinates';
import type { Routable } from '@herald/domain/subscription';

/** What a replay may look at: a record of its source, decoded. */
export interface Candidate {
  event: Routable & { eventId: string; publicationId: string; occurredAtMs: number };
  /** Where the event was first read from. */
  origin: Coordinates;
  traceparent: string | undefined;
  /** What the record says of its delivery; undefined where the record is an event. */
  delivery: RecordedDelivery | undefined;
  /** Kafka does not keep the event any more, nor its dead letter where it has died. */
  isGone: boolean;
}

export interface RecordedDelivery {
  endpointId: string;
  cause: Cause;
  /** Why it is dead or held; undefined for any other. */
  reason: string | undefined;
}
