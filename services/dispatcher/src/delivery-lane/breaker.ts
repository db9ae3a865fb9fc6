import { jitterShare } from '@herald/domain/jitter';
import type { ReceiverSign } from '@herald/domain/receiver-sign';
import { RAMP_MS } from './ramp.ts';

/** The window slides in buckets of ten seconds, over the last two minutes. */
const BUCKET_MS = 10_000;
const BUCKETS = 12;

/**
 * Opens when this share of at least so many attempts failed. Fewer in two minutes hurt nobody, and a receiver that
 * takes more than a fifth is up: to stop would delay what it takes, and its schedule spares it for the rest.
 */
export const MIN_ATTEMPTS = 30;
export const FAILURE_SHARE = 0.8;

/** Until the first probe; doubled by each that fails. */
export const FIRST_PROBE_MS = 5_000;
export const MAX_PROBE_MS = 2 * 60 * 1_000;

/** What a failing receiver asks for by Retry-After puts a probe off, by no more than this. */
export const MAX_ASKED_MS = 30 * 60 * 1_000;

/**
 * The circuit breaker of one endpoint. Closed, it counts; open, nothing is attempted until `probeAtMs`; then it is
 * half open: one delivery is the probe, and its end closes the breaker or opens it for twice as long.
 */
export interface Breaker {
  /** Attempts and failures of the window, by bucket; `newest` numbers the last of them since the epoch. */
  attempts: number[];
  failures: number[];
  newest: number;
  /** Set while it is open: when, and when the next probe may start. */
  open: { sinceMs: number; probeAtMs: number; probing: boolean } | undefined;
  /** The last outage: when it began, when it ended, probes that failed in it. It goes on if it resumes in the ramp. */
  outage: { sinceMs: number; recoveredAtMs: number; failedProbes: number } | undefined;
}

export type BreakerState = 'closed' | 'open' | 'half_open';

export function newBreaker(): Breaker {
  return { attempts: [], failures: [], newest: 0, open: undefined, outage: undefined };
}

export function breakerState({ open }: Breaker, nowMs: number): BreakerState {
  if (!open) return 'closed';
  return open.probing || nowMs >= open.probeAtMs ? 'half_open' : 'open';
}

/** An attempt that is no probe has ended. True where that opens the breaker. */
export function attemptSeen(
  breaker: Breaker,
  sign: ReceiverSign,
  askedMs: number,
  endpointId: string,
  nowMs: number,
): boolean {
  // What began before it opened and ends after says nothing new.
  if (breaker.open || sign === 'none') return false;
  count(breaker, sign === 'failing', nowMs);
  if (sign !== 'failing') return false;
  const attempts = sum(breaker.attempts);
  if (attempts < MIN_ATTEMPTS || sum(breaker.failures) < attempts * FAILURE_SHARE) return false;
  const { outage } = breaker;
  const resumed = outage && nowMs < outage.recoveredAtMs + RAMP_MS ? outage : undefined;
  const failedProbes = resumed?.failedProbes ?? 0;
  breaker.outage = { sinceMs: resumed?.sinceMs ?? nowMs, recoveredAtMs: Infinity, failedProbes };
  breaker.open = {
    sinceMs: breaker.outage.sinceMs,
    probeAtMs: nextProbeMs(failedProbes, askedMs, endpointId, nowMs),
    probing: false,
  };
  return true;
}

/** Half open, a delivery starts: it is the probe, and the only one until it ends. */
export function probeStarted({ open }: Breaker): void {
  if (open) open.probing = true;
}

/**
 * The probe has ended. True where that closes the breaker. One that made no request (its endpoint was paused, its
 * partition lost) leaves the turn to the next delivery.
 */
export function probeEnded(
  breaker: Breaker,
  sign: ReceiverSign,
  askedMs: number,
  endpointId: string,
  nowMs: number,
): boolean {
  const { open, outage } = breaker;
  if (!open || !outage) return false;
  open.probing = false;
  if (sign === 'failing') {
    outage.failedProbes += 1;
    open.probeAtMs = nextProbeMs(outage.failedProbes, askedMs, endpointId, nowMs);
  }
  if (sign !== 'well') return false;
  breaker.open = undefined;
  outage.recoveredAtMs = nowMs;
  breaker.attempts = [];
  breaker.failures = [];
  return true;
}

/** How long ago the endpoint recovered: 0 while it has not, the time since the epoch where it never failed. */
export function rampAgeMs({ outage }: Breaker, nowMs: number): number {
  return Math.max(nowMs - (outage?.recoveredAtMs ?? 0), 0);
}

/** Whether it can be forgotten: a new one would decide the same. */
export function isAtRest(breaker: Breaker, nowMs: number): boolean {
  if (breaker.open || rampAgeMs(breaker, nowMs) < RAMP_MS) return false;
  return Math.floor(nowMs / BUCKET_MS) - breaker.newest >= BUCKETS || sum(breaker.failures) === 0;
}

function count(breaker: Breaker, failed: boolean, nowMs: number): void {
  const { attempts, failures } = breaker;
  // A clock that was set back counts into the newest bucket.
  const bucket = Math.max(Math.floor(nowMs / BUCKET_MS), breaker.newest);
  const passed = Math.min(bucket - breaker.newest, BUCKETS);
  for (let n = 0; n < passed || attempts.length === 0; n++) {
    attempts.push(0);
    failures.push(0);
    if (attempts.length > BUCKETS) {
      attempts.shift();
      failures.shift();
    }
  }
  breaker.newest = bucket;
  attempts[attempts.length - 1]! += 1;
  if (failed) failures[failures.length - 1]! += 1;
}

/** Jittered, so that the endpoints of one failing host are not all tried in the same moment. */
function nextProbeMs(failedProbes: number, askedMs: number, endpointId: string, nowMs: number): number {
  const backOffMs = Math.min(FIRST_PROBE_MS * 2 ** failedProbes, MAX_PROBE_MS);
  const waitMs = Math.max(backOffMs, Math.min(askedMs, MAX_ASKED_MS));
  return Math.ceil(nowMs + waitMs * (1 + jitterShare(endpointId, failedProbes)));
}

function sum(counts: readonly number[]): number {
  let total = 0;
  for (const each of counts) total += each;
  return total;
}
