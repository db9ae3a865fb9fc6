/** A token bucket, as the time at which it is full again. */
export interface Rate {
  perSecond: number;
  /** What is sent together. */
  batch: number;
  /** What may go at once after a silence; some batches, so that one which takes long costs the rate nothing. */
  burst: number;
  fullAtMs: number;
}

/** Small, for live events wait while a batch is on its way; fewer of them, for each costs brokers and readers a request. */
const BATCHES_PER_SECOND = 40;

const BURSTS_PER_SECOND = 10;

export function newRate(perSecond: number, nowMs: number): Rate {
  return {
    perSecond,
    batch: Math.ceil(perSecond / BATCHES_PER_SECOND),
    burst: Math.ceil(perSecond / BURSTS_PER_SECOND),
    fullAtMs: nowMs,
  };
}

/**
 * Takes so many tokens and answers how long to wait before they are used, in milliseconds. More than the burst may be
 * taken: what comes next waits for it. A clock that is set back costs no more than a burst.
 */
export function take(rate: Rate, tokens: number, nowMs: number): number {
  const tokenMs = 1_000 / rate.perSecond;
  const burstMs = rate.burst * tokenMs;
  const emptyAtMs = Math.min(Math.max(rate.fullAtMs, nowMs), nowMs + burstMs) + tokens * tokenMs;
  rate.fullAtMs = emptyAtMs;
  return Math.max(0, emptyAtMs - burstMs - nowMs);
}
