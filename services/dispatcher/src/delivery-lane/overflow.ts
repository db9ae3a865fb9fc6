import { jitterShare } from '@herald/domain/jitter';

/** A delivery that its endpoint's pace will not reach within this time is parked in a retry tier. */
export const MAX_QUEUE_MS = 2_000;

/** The longest stay of one parking: long enough for a few tier writes a day, short enough for a recovery to be seen. */
export const MAX_PARK_MS = 30 * 60 * 1_000;

/** Where an endpoint stands when the next delivery for it arrives. */
export interface Load {
  /** Deliveries that wait in memory. */
  queued: number;
  /** Its virtual queue: those, and what is parked ahead. */
  backlog: number;
  /** Attempts a millisecond that it sustains. */
  perMs: number;
}

export interface Arrival {
  deliveryId: string;
  step: number;
  /** 0 for a delivery that has not waited in a tier. */
  dueAtMs: number;
}

export type Placement = { kind: 'queue' } | { kind: 'park'; dueAtMs: number };

/**
 * Whether a delivery waits in memory or in a tier, by the time that its endpoint needs for what is ahead of it: a
 * fast endpoint takes a burst of thousands, a slow one parks at once, and neighbours on the partition flow on.
 * A delivery that comes back from a tier has had its place in the virtual queue: only what is in memory is ahead of it.
 */
export function place(arrival: Arrival, load: Load, nowMs: number): Placement {
  const waited = hasWaited(arrival);
  const ahead = waited ? load.queued : Math.max(load.queued, load.backlog);
  const allowedMs = waited ? 2 * MAX_QUEUE_MS : MAX_QUEUE_MS;
  if (ahead <= load.perMs * allowedMs) return { kind: 'queue' };
  return {
    kind: 'park',
    dueAtMs: parkedUntil(arrival, Math.max(load.queued, load.backlog), load.perMs, nowMs),
  };
}

/** Whether a delivery comes from a tier: its time was set, so that it counts in the virtual queue already. */
export function hasWaited({ dueAtMs }: Pick<Arrival, 'dueAtMs'>): boolean {
  return dueAtMs > 0;
}

/** How many of an endpoint's queued deliveries may stay in memory; undefined while none has to go. */
export function keepInMemory(queued: number, perMs: number): number | undefined {
  if (queued <= perMs * 2 * MAX_QUEUE_MS) return undefined;
  return Math.floor(perMs * MAX_QUEUE_MS);
}

/** When the endpoint will have made what is ahead; jittered, so that those at the bound do not return as one. */
export function parkedUntil(arrival: Arrival, ahead: number, perMs: number, nowMs: number): number {
  const waitMs = Math.min(Math.max(ahead / perMs, MAX_QUEUE_MS), MAX_PARK_MS);
  return Math.ceil(nowMs + waitMs * (1 + jitterShare(arrival.deliveryId, arrival.step)));
}
