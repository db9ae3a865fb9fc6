import type { Cause } from '../cause.ts';
import type { Coordinates } from '../coordinates.ts';
import type { Endpoint } from '../endpoint.ts';
import type { ReadField } from '../filter/filter.ts';
import type { Routable } from '../subscription.ts';

/** What is on record of an event, for all endpoints alike. */
export interface EventEvidence {
  eventId: string;
  /** All that Kafka had taken by then is on record, epoch milliseconds; undefined while that is not known. */
  asOfMs: number | undefined;
  accepted: { atMs: number; origin: Coordinates } | undefined;
  /** What it is matched by; undefined where nothing on record says it. */
  routable: RoutedBy | undefined;
  /** Why the route lane could not act on it. */
  poison: { reason: string; detail: string } | undefined;
  route: RouteEvidence | undefined;
  /** Why nothing may be on record of it any more; undefined where something is. */
  forgotten: Forgotten | undefined;
}

export interface Forgotten {
  /** It is known to have been erased; at a time that may not be known any more. */
  erased: { atMs: number | undefined } | undefined;
  /** When all of the account was erased. */
  accountErasedAtMs: number | undefined;
  /** For how long events stay on record. */
  keptDays: number | undefined;
}

/** What an event was matched by. */
export interface RoutedBy extends Omit<Routable, 'readField'> {
  /** Undefined while only the routing is on record, and not the event. */
  readField: ReadField | undefined;
}

export interface RouteEvidence {
  atMs: number;
  /** Of the table of endpoints that it was matched by. */
  revision: number;
  endpointIds: readonly string[];
}

/** What is on record of one endpoint, and of what the event led to there. */
export interface EndpointEvidence {
  endpointId: string;
  /** Undefined where it was deleted, or never was. */
  current: { endpoint: Endpoint; revision: number; state: EndpointNow } | undefined;
  /** Its configuration at the revision that the event was routed by. */
  asRouted: AsRouted;
  /** Of every cause. */
  deliveries: readonly DeliveryEvidence[];
}

export type EndpointNow = { state: 'active' | 'catching-up' } | { state: 'held'; reason: string };

/**
 * `forgotten`: it was changed since, and compaction has dropped what it was. `unread`: what is on record could not be
 * read now.
 */
export type AsRouted =
  | { kind: 'known'; endpoint: Endpoint; revision: number }
  | { kind: 'deleted'; revision: number }
  | { kind: 'forgotten' }
  | { kind: 'unread' };

export interface DeliveryEvidence {
  deliveryId: string;
  cause: Cause | string;
  state: 'pending' | 'waiting' | 'held' | 'cancelled' | 'dead' | 'delivered';
  reason: string | undefined;
  /** Requests made. */
  attempts: number;
  lastOutcome: string | undefined;
  lastStatus: number | undefined;
  nextAttemptAtMs: number | undefined;
  updatedAtMs: number;
  /** Of a held one: when it is given up as expired. */
  heldUntilMs: number | undefined;
}
