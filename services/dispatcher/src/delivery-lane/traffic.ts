import type { Endpoint } from '@herald/domain/endpoint';
import type { Claim } from '@herald/kafka/record';
import { type Breaker, isAtRest, newBreaker, rampAgeMs } from './breaker.ts';
import { attemptEnded, newPace, type Pace, sustained } from './pace.ts';
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
   * Deliveries accepted or parked and not yet made at `backlogAtMs`: the endpoint's virtual queue. It outlasts the one
   * in memory, so that what is parked is spread over the time that the endpoint will need.
   */
  backlog: number;
  backlogAtMs: number;
  /** When a delivery last arrived or ended, and the claim of the last that arrived. */
  seenAtMs: number;
  claim: Claim;
}

export function newTraffic(claim: Claim, nowMs: number): Traffic {
  return {
    pace: newPace(nowMs),
    gate: newRateGate(),
    breaker: newBreaker(),
    probe: undefined,
    probeIsParked: false,
    backlog: 0,
    backlogAtMs: nowMs,
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
  const pacePerMs = sustained(pace, inFlight, share, nowMs, busyShare);
  const limitPerMs = rateLimitPerSecond / 1_000;
  return {
    perMs: Math.min(pacePerMs, limitPerMs),
    isLimited: limitPerMs < pacePerMs,
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

/** Shortens the virtual queue by what the endpoint made since the call before. */
export function drain(traffic: Traffic, { perMs, ageMs }: Course, nowMs: number): number {
  const sinceMs = Math.max(nowMs - traffic.backlogAtMs, 0);
  const made = sinceMs === 0 ? 0 : madeBetween(perMs, Math.max(ageMs - sinceMs, 0), ageMs);
  traffic.backlog = perMs === Infinity ? 0 : Math.max(traffic.backlog - made, 0);
  traffic.backlogAtMs = nowMs;
  return traffic.backlog;
}

/** What the recovery from an outage allows. */
export function rampOf({ breaker }: Traffic, nowMs: number): { perSecond: number; maxInFlight: number } {
  return rampAt(rampAgeMs(breaker, nowMs));
}

/**
 * The endpoint is back. Its time-outs say nothing of its pace now, and what is parked comes back by times that were
 * set while it failed: its virtual queue is empty.
 */
export function recovered(traffic: Traffic, probe: { durationMs: number } | undefined, nowMs: number): void {
  traffic.pace = newPace(nowMs);
  if (probe) attemptEnded(traffic.pace, probe.durationMs, nowMs);
  traffic.backlog = 0;
  traffic.backlogAtMs = nowMs;
}

/** Whether an endpoint with nothing queued or in flight has been quiet for so long that nothing is lost by forgetting. */
export function isForgettable({ gate, breaker, backlog, seenAtMs }: Traffic, nowMs: number): boolean {
  const isAtEase = isAtRest(breaker, nowMs) && gate.evenMs <= nowMs && backlog === 0;
  return nowMs - seenAtMs >= (isAtEase ? QUIET_MS : PARKED_MS);
}
