import { jitterShare } from '@herald/domain/jitter';
import { RETRY_TIERS, type RetryTierName, tierDelayMs } from '@herald/domain/retry-tiers';
import { RAMP_MS } from './ramp.ts';
import { type Course, madeWithin, timeFor } from './traffic.ts';

/** While a partition is crowded, what its endpoint will not reach within this time is parked in a retry tier. */
export const CROWDED_QUEUE_MS = 2_000;

/** While it is not, memory is cheaper than a tier write, and sooner over. */
export const ROOMY_QUEUE_MS = 20_000;

/** A partition is crowded when this share of its window waits in memory: what is left is for the neighbours. */
export const CROWDED_SHARE = 0.25;

/** The longest first parking behind a limit, and each parking while a breaker is open. */
export const MAX_PARK_TIER: RetryTierName = '30m';
export const MAX_PARK_MS = tierDelayMs(MAX_PARK_TIER);

/** The longest first parking behind a pace that was only measured, and behind an endpoint in trouble. */
const MEASURED_PARK_TIER: RetryTierName = '30s';
const TROUBLED_PARK_TIER: RetryTierName = '5s';

/** Where an endpoint stands when a delivery for it is to be placed. */
export interface Load {
  /** Deliveries that wait in memory. */
  queued: number;
  /** When the turn of one more delivery comes: behind those, and what is parked ahead. */
  endMs: number;
  course: Course;
  isCrowded: boolean;
  /** Whether what is queued waits for a place at the endpoint, and not for the dispatcher or the brokers. */
  isFull: boolean;
}

export interface Arrival {
  deliveryId: string;
  step: number;
  /** 0 for a delivery that has not waited in a tier. */
  dueAtMs: number;
  /** Set where it looks in before its turn. */
  turnAtMs?: number;
}

export type ParkReason = 'overflow' | 'rate_limit' | 'breaker_open' | 'configuration_unreadable';

/** Into the retry tier of that time. */
export interface Parking {
  kind: 'park';
  dueAtMs: number;
  /** Its turn in the virtual queue, where that is after `dueAtMs`. */
  turnAtMs?: number;
  reason: ParkReason;
}

export type Placement = { kind: 'queue' } | Parking;

/**
 * Whether a delivery waits in memory or in a tier, by the time that its endpoint needs for what is ahead of it: a
 * fast endpoint takes a burst of thousands, a slow one parks, and neighbours on the partition flow on.
 * A delivery that comes back from a tier has a place in the virtual queue: at its turn only what is in memory is ahead
 * of it, and before its turn it goes where it was, or sooner where the endpoint has become faster.
 */
export function place(arrival: Arrival, load: Load, nowMs: number): Placement {
  const { queued, endMs, course, isCrowded } = load;
  if (isOurs(load)) return { kind: 'queue' };
  const allowedMs = queueMs(isCrowded) * (hasWaited(arrival) ? 2 : 1);
  const turnMs = isEarly(arrival, nowMs) ? turnOf(arrival.turnAtMs, endMs, nowMs) : endMs;
  const startMs = isAtItsTurn(arrival, nowMs) ? nowMs : turnMs;
  const memoryMs = nowMs + timeFor(queued, course);
  if (Math.max(startMs, memoryMs) <= nowMs + allowedMs) return { kind: 'queue' };
  return parkedUntil(arrival, Math.max(turnMs, memoryMs), course, nowMs);
}

/**
 * Whether the delay is ours: the endpoint has places free, and neither a limit nor a ramp keeps them so. Parking would
 * answer a shortage of CPU or of acknowledgements with more work; the window of the partition bounds what waits.
 */
function isOurs({ isFull, course }: Pick<Load, 'isFull' | 'course'>): boolean {
  return !isFull && !course.isLimited && course.ageMs >= RAMP_MS;
}

/** Whether a delivery comes from a tier, so that it may count in the virtual queue already. */
function hasWaited({ dueAtMs }: Arrival): boolean {
  return dueAtMs > 0;
}

function isEarly(arrival: Arrival, nowMs: number): arrival is Arrival & { turnAtMs: number } {
  return arrival.turnAtMs !== undefined && arrival.turnAtMs > nowMs;
}

/**
 * A delivery that is early keeps its turn, unless the endpoint is so much faster by now that the end of the virtual
 * queue comes in half the time. By less, the estimate may only have wavered, and all turns would be set anew for it.
 */
function turnOf(turnAtMs: number, endMs: number, nowMs: number): number {
  return endMs - nowMs < (turnAtMs - nowMs) / 2 ? endMs : turnAtMs;
}

function isAtItsTurn(arrival: Arrival, nowMs: number): boolean {
  return hasWaited(arrival) && !isEarly(arrival, nowMs);
}

/** Whether the virtual queue has it already: it comes before its turn, or at it and is not sent away again. */
export function isCounted(arrival: Arrival, placement: Placement, nowMs: number): boolean {
  return isEarly(arrival, nowMs) || (isAtItsTurn(arrival, nowMs) && placement.kind === 'queue');
}

/** How many of an endpoint's queued deliveries may stay in memory; undefined while none has to go. */
export function keepInMemory(load: Omit<Load, 'endMs'>): number | undefined {
  const { queued, course, isCrowded } = load;
  if (isOurs(load)) return undefined;
  const allowedMs = queueMs(isCrowded);
  if (timeFor(queued, course) <= 2 * allowedMs) return undefined;
  return Math.floor(madeWithin(allowedMs, course));
}

/** Until its turn, or until it looks in whether it may go sooner. */
export function parkedUntil(arrival: Arrival, turnMs: number, course: Course, nowMs: number): Parking {
  const reason = course.isLimited ? 'rate_limit' : 'overflow';
  const turnAtMs = Math.ceil(Math.max(turnMs, nowMs + CROWDED_QUEUE_MS));
  const lookInMs = maxParkMs(arrival.step, course) * (1 + jitterShare(arrival.deliveryId, arrival.step));
  if (turnAtMs <= nowMs + lookInMs) return { kind: 'park', dueAtMs: turnAtMs, reason };
  return { kind: 'park', dueAtMs: Math.ceil(nowMs + lookInMs), turnAtMs, reason };
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
function maxParkMs(step: number, { isLimited, isTroubled }: Course): number {
  const first = isLimited ? MAX_PARK_TIER : isTroubled ? TROUBLED_PARK_TIER : MEASURED_PARK_TIER;
  const index = RETRY_TIERS.findIndex(({ name }) => name === first);
  return RETRY_TIERS[Math.min(index + step, RETRY_TIERS.length - 1)]!.delayMs;
}

function queueMs(isCrowded: boolean): number {
  return isCrowded ? CROWDED_QUEUE_MS : ROOMY_QUEUE_MS;
}
