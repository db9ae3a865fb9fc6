import type { Endpoint } from '@herald/domain/endpoint';
import type { Claim } from '@herald/kafka/record';
import { type Breaker, isAtRest, newBreaker, rampAgeMs } from './breaker.ts';
import { attemptEnded, newPace, type Pace, sustained } from './pace.ts';
import type { Priority } from './priority.ts';
import { madeBetween, rampAt, timeToMakeMs } from './ramp.ts';
import { newRateGate, type RateGate } from './rate-gate.ts';
import type { DeliveryTask } from './task.ts';

/** Longer than any attempt: to be quiet for less is only a pause. */
const QUIET_MS = 60_000;

/** With something still owed or open: longer than what is parked stays away as a rule. */
const PARKED_MS = 60 * 60 * 1_000;

/** What of an endpoint's configuration decides when its deliveries may start. */
export type TrafficPolicy = Pick<Endpoint, 'maxConcurrency' | 'rateLimitPerSecond' | 'ordering'>;

/** What is lately known of the deliveries to one endpoint. */
export interface Traffic {
  pace: Pace;
  gate: RateGate;
  breaker: Breaker;
  /** The delivery that is under way while the breaker is half open. */
  probe: DeliveryTask | undefined;
  /** Whether a delivery is parked until the next probe is due. */
  probeIsParked: boolean;
  /**
   * The endpoint's virtual queue as it was at `drainedAtMs`. It outlasts the one in memory, so that what is parked is
   * spread over the time that the endpoint will need. Live deliveries are made before backfill, so they have a queue in
   * which there is no backfill.
   */
  queues: Record<Priority, VirtualQueue>;
  drainedAtMs: number;
  /** When a delivery last arrived or ended, and the claim of the last that arrived. */
  seenAtMs: number;
  claim: Claim;
}

/** What a delivery of that priority waits behind. */
export interface VirtualQueue {
  /** Deliveries accepted or parked, and not yet made. */
  backlog: number;
  /** The first turn that is not promised to a delivery. */
  nextFreeMs: number;
}

export function newTraffic(claim: Claim, nowMs: number): Traffic {
  return {
    pace: newPace(nowMs),
    gate: newRateGate(),
    breaker: newBreaker(),
    probe: undefined,
    probeIsParked: false,
    queues: { live: emptyQueue(nowMs), backfill: emptyQueue(nowMs) },
    drainedAtMs: nowMs,
    seenAtMs: nowMs,
    claim,
  };
}

/** How fast an endpoint's deliveries go from now on: the lowest of its limit, its pace, and the ramp of a recovery. */
export interface Course {
  /** Deliveries a millisecond by the limit and the pace; Infinity for an endpoint that is not known yet. */
  perMs: number;
  /** Whether the limit is lower than the pace. */
  isLimited: boolean;
  /** Whether the pace is that of an endpoint in trouble, which may be over soon. */
  isTroubled: boolean;
  /** How long ago it recovered from its last outage. */
  ageMs: number;
}

export interface CourseOf {
  inFlight: number;
  /** Attempts at once that the endpoint can count on. */
  share: number;
  busyShare: number;
  rateLimitPerSecond: number | undefined;
}

export function courseOf({ pace, breaker }: Traffic, given: CourseOf, nowMs: number): Course {
  const { inFlight, share, busyShare, rateLimitPerSecond = Infinity } = given;
  const { perMs, isTroubled } = sustained(pace, inFlight, share, nowMs, busyShare);
  const limitPerMs = rateLimitPerSecond / 1_000;
  return {
    perMs: Math.min(perMs, limitPerMs),
    isLimited: limitPerMs < perMs,
    isTroubled,
    ageMs: rampAgeMs(breaker, nowMs),
  };
}

/** Milliseconds in which `count` deliveries are made. */
export function timeFor(count: number, { perMs, ageMs }: Course): number {
  return count === 0 ? 0 : timeToMakeMs(count, perMs, ageMs);
}

/** Deliveries made within the given time. */
export function madeWithin(timeMs: number, { perMs, ageMs }: Course): number {
  return madeBetween(perMs, ageMs, ageMs + timeMs);
}

/** Shortens the virtual queue by what the endpoint made since the call before; gives its length, backfill and all. */
export function drain(traffic: Traffic, { perMs, ageMs }: Course, nowMs: number): number {
  const { live, backfill } = traffic.queues;
  const sinceMs = Math.max(nowMs - traffic.drainedAtMs, 0);
  const made = sinceMs === 0 ? 0 : madeBetween(perMs, Math.max(ageMs - sinceMs, 0), ageMs);
  live.backlog = perMs === Infinity ? 0 : Math.max(live.backlog - made, 0);
  backfill.backlog = perMs === Infinity ? 0 : Math.max(backfill.backlog - made, 0);
  traffic.drainedAtMs = nowMs;
  return backfill.backlog;
}

/**
 * When the turn of one more delivery comes: after those in memory, and after the virtual queue or, if that is sooner,
 * at the first turn that is free. The queue is sooner when the endpoint has become faster: what is parked will find
 * out when it looks in. The free turn is sooner when it has become slower: who misses a turn moves to the end.
 */
export function endOfQueue(queue: VirtualQueue, queued: number, course: Course, nowMs: number): number {
  const queueMs = nowMs + timeFor(Math.max(queued, queue.backlog), course);
  return Math.max(nowMs + timeFor(queued, course), Math.min(queueMs, queue.nextFreeMs));
}

/** Promises the turn to a delivery. A live one moves all backfill back by its own turn. */
export function promise(traffic: Traffic, priority: Priority, turnMs: number, course: Course): void {
  const { live, backfill } = traffic.queues;
  const { backlog } = traffic.queues[priority];
  const turnTakesMs = timeFor(backlog + 1, course) - timeFor(backlog, course);
  if (priority === 'backfill') backfill.nextFreeMs = turnMs + turnTakesMs;
  else {
    live.nextFreeMs = turnMs + turnTakesMs;
    backfill.nextFreeMs = Math.max(backfill.nextFreeMs + turnTakesMs, live.nextFreeMs);
  }
}

/** One more delivery has a place in the virtual queue. */
export function lengthen({ queues }: Traffic, priority: Priority): void {
  queues.backfill.backlog += 1;
  if (priority === 'live') queues.live.backlog += 1;
}

/** What the recovery from an outage allows. */
export function rampOf({ breaker }: Traffic, nowMs: number): { perSecond: number; maxInFlight: number } {
  return rampAt(rampAgeMs(breaker, nowMs));
}

/** The breaker has opened: what waits will come back by other times than its place in the virtual queue. */
export function beginOutage(traffic: Traffic, nowMs: number): void {
  traffic.probeIsParked = false;
  emptyQueues(traffic, nowMs);
}

/** A probe has closed it: the time-outs of the outage say nothing of the pace that the endpoint has now. */
export function endOutage(traffic: Traffic, probe: { durationMs: number } | undefined, nowMs: number): void {
  traffic.pace = newPace(nowMs);
  if (probe) attemptEnded(traffic.pace, probe.durationMs, nowMs);
  emptyQueues(traffic, nowMs);
}

function emptyQueues(traffic: Traffic, nowMs: number): void {
  traffic.queues = { live: emptyQueue(nowMs), backfill: emptyQueue(nowMs) };
  traffic.drainedAtMs = nowMs;
}

function emptyQueue(nowMs: number): VirtualQueue {
  return { backlog: 0, nextFreeMs: nowMs };
}

/** Whether an endpoint with nothing queued or in flight has been quiet for so long that nothing is lost by forgetting. */
export function isForgettable({ gate, breaker, queues, seenAtMs }: Traffic, nowMs: number): boolean {
  const isAtEase = isAtRest(breaker, nowMs) && gate.evenMs <= nowMs && queues.backfill.backlog === 0;
  return nowMs - seenAtMs >= (isAtEase ? QUIET_MS : PARKED_MS);
}
