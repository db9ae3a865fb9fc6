import { jitterShare } from '@herald/domain/jitter';
import { RETRY_TIERS, type RetryTierName, tierDelayMs } from '@herald/domain/retry-tiers';
import { type Course, madeWithin, timeFor } from './traffic.ts';

/** While a partition is crowded, what its endpoint will not reach within this time is parked in a retry tier. */
export const CROWDED_QUEUE_MS = 2_000;

/** While it is not, memory is cheaper than a tier write, and sooner over. */
export const ROOMY_QUEUE_MS = 20_000;

/** A partition is crowded when this share of its window waits in memory: what is left is for the neighbours. */
export const CROWDED_SHARE = 0.25;

/** The longest that a delivery is parked the first time, and while the endpoint's breaker is open. */
export const MAX_PARK_TIER: RetryTierName = '30m';
export const MAX_PARK_MS = tierDelayMs(MAX_PARK_TIER);

const MAX_PARK_INDEX = RETRY_TIERS.findIndex(({ name }) => name === MAX_PARK_TIER);

/** Where an endpoint stands when a delivery for it is to be placed. */
export interface Load {
  /** Deliveries that wait in memory. */
  queued: number;
  /** Its virtual queue: those, and what is parked ahead. */
  backlog: number;
  course: Course;
  isCrowded: boolean;
}

export interface Arrival {
  deliveryId: string;
  step: number;
  /** 0 for a delivery that has not waited in a tier. */
  dueAtMs: number;
}

export type ParkReason = 'overflow' | 'rate_limit' | 'breaker_open';

/** Into the retry tier of that time. */
export interface Parking {
  kind: 'park';
  dueAtMs: number;
  reason: ParkReason;
}

/** It may not start before about that time, and not be parked either: its endpoint wants its events in order. */
export interface Deferral {
  kind: 'defer';
  dueAtMs: number;
  reason: ParkReason;
}

export type Placement = { kind: 'queue' } | Parking | Deferral;

/**
 * Whether a delivery waits in memory or in a tier, by the time that its endpoint needs for what is ahead of it: a
 * fast endpoint takes a burst of thousands, a slow one parks, and neighbours on the partition flow on.
 * A delivery that comes back from a tier has had its place in the virtual queue: only what is in memory is ahead of it.
 */
export function place(arrival: Arrival, load: Load, nowMs: number): { kind: 'queue' } | Parking {
  const { queued, backlog, course, isCrowded } = load;
  const waited = hasWaited(arrival);
  const ahead = waited ? queued : Math.max(queued, backlog);
  const allowedMs = queueMs(isCrowded) * (waited ? 2 : 1);
  if (timeFor(ahead, course) <= allowedMs) return { kind: 'queue' };
  return parkedBehind(arrival, Math.max(queued, backlog), course, nowMs);
}

/** Whether a delivery comes from a tier: its time was set, so that it counts in the virtual queue already. */
export function hasWaited({ dueAtMs }: Pick<Arrival, 'dueAtMs'>): boolean {
  return dueAtMs > 0;
}

/** How many of an endpoint's queued deliveries may stay in memory; undefined while none has to go. */
export function keepInMemory({ queued, course, isCrowded }: Omit<Load, 'backlog'>): number | undefined {
  const allowedMs = queueMs(isCrowded);
  if (timeFor(queued, course) <= 2 * allowedMs) return undefined;
  return Math.floor(madeWithin(allowedMs, course));
}

/** Until the endpoint has made what is ahead, or as long as one parking may last. */
export function parkedBehind(arrival: Arrival, ahead: number, course: Course, nowMs: number): Parking {
  const reason = course.isLimited ? 'rate_limit' : 'overflow';
  const waitMs = Math.max(timeFor(ahead, course), CROWDED_QUEUE_MS);
  const maxMs = maxParkMs(arrival.step);
  // What is ahead spreads them; only those at the bound would return as one.
  const boundedMs = waitMs < maxMs ? waitMs : maxMs * (1 + jitterShare(arrival.deliveryId, arrival.step));
  return { kind: 'park', dueAtMs: Math.ceil(nowMs + boundedMs), reason };
}

/**
 * While the breaker is open: the first of them is there when the probe is due, the others about twice as long as the
 * endpoint has been failing, so that each costs few writes in a long outage, and an endpoint that is back has them all
 * within half an hour at most (and a jitter), and sooner after a short outage.
 */
export function parkedWhileOpen(
  arrival: Arrival,
  open: { sinceMs: number; probeAtMs: number },
  isProbe: boolean,
  nowMs: number,
): Parking {
  const patienceMs = Math.min(2 * (nowMs - open.sinceMs), MAX_PARK_MS);
  const delayMs =
    RETRY_TIERS.findLast(({ delayMs }) => delayMs <= patienceMs)?.delayMs ?? RETRY_TIERS[0].delayMs;
  const returnMs = Math.ceil(nowMs + delayMs * (1 + jitterShare(arrival.deliveryId, arrival.step)));
  return {
    kind: 'park',
    dueAtMs: isProbe ? Math.max(open.probeAtMs, nowMs) : Math.max(returnMs, open.probeAtMs),
    reason: 'breaker_open',
  };
}

/**
 * Each parking may last a tier longer than the one before: few writes however long the virtual queue is, and never
 * much longer than the delivery has waited so far, should its endpoint become faster meanwhile.
 */
function maxParkMs(step: number): number {
  return RETRY_TIERS[Math.min(MAX_PARK_INDEX + step, RETRY_TIERS.length - 1)]!.delayMs;
}

function queueMs(isCrowded: boolean): number {
  return isCrowded ? CROWDED_QUEUE_MS : ROOMY_QUEUE_MS;
}
