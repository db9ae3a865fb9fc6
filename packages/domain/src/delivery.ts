import type { Cause } from './cause.ts';
import type { Coordinates } from './coordinates.ts';

/** The duty to bring one event to one endpoint, at one moment of its life. */
export interface Delivery {
  deliveryId: string;
  endpointId: string;
  eventId: string;
  /** Dispositions so far; with the delivery id it names one moment of the delivery's life. */
  step: number;
  /** Requests made so far. */
  attempts: number;
  /** Not before this time, in epoch milliseconds; 0 means at once. */
  dueAtMs: number;
  /** Parked to look in at `dueAtMs` whether it may go sooner: when its turn comes otherwise, in epoch milliseconds. */
  turnAtMs?: number;
  /** Where the event was read from. */
  origin: Coordinates;
  cause: Cause;
  /** The delivery lane waits until its endpoint table has this revision; -1 asks for none. */
  configRevision: number;
  /**
   * Its endpoint could not be read when its event was routed: whether the endpoint wants the event is decided before the
   * first attempt, by the first configuration that can be read.
   */
  isUndecided?: true;
  /** The revision of the order that sent it on before it was due: that one, and any before it, is not for it again. */
  orderRevision?: number;
  /** W3C Trace Context, passed on untouched. */
  traceparent: string | undefined;
}
