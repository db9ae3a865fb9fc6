/** A token bucket, as the time at which it is full again. */
export interface Rate {
  perSecond: number;
  /** What may go at once after a silence. */
  burst: number;
  fullAtMs: number;
}

/** Sends go in batches of a tenth of a second's worth: even enough for a receiver, and few writes. */
const BATCHES_PER_SECOND = 10;

export function newRate(perSecond: number, nowMs: number): Rate {
  const burst = Math.max(1, Math.ceil(perSecond / BATCHES_PER_SECOND));
  return { perSecond, burst, fullAtMs: nowMs };
}

/**
 * Takes so many tokens and answers how long to wait before they are used, in milliseconds. More than the burst may be
 * taken: what comes next waits for it.
 */
export function take(rate: Rate, tokens: number, nowMs: number): number {
  const tokenMs = 1_000 / rate.perSecond;
  const emptyAtMs = Math.max(rate.fullAtMs, nowMs) + tokens * tokenMs;
  rate.fullAtMs = emptyAtMs;
  return Math.max(0, emptyAtMs - rate.burst * tokenMs - nowMs);
}
