/** Weight of the newest attempt in the smoothed duration. */
const SMOOTHING = 0.2;

/** No attempt has ended for so long while some are under way: the endpoint hangs. Shorter silences are hiccups of ours. */
const STALL_MS = 500;

/** However busy we are, an endpoint that takes seconds is slow. */
const MAX_BUSY_SHARE = 0.98;

/** A busy dispatcher waits for a sign of life up to so many times longer. */
const BUSY_PATIENCE = 5;

/** What is lately known of the pace of one endpoint. */
export interface Pace {
  /** Smoothed duration of its attempts; undefined before the first has ended. */
  durationMs: number | undefined;
  /** When an attempt last ended, or the first of those under way began. */
  lastProgressMs: number;
  /** The best that it sustained of late, attempts a millisecond, and when: it fades. */
  bestPerMs: number;
  bestAtMs: number;
}

export function newPace(nowMs: number): Pace {
  return { durationMs: undefined, lastProgressMs: nowMs, bestPerMs: 0, bestAtMs: nowMs };
}

/** `inFlight` counts the attempt that starts. */
export function attemptStarted(pace: Pace, inFlight: number, nowMs: number): void {
  if (inFlight === 1) pace.lastProgressMs = nowMs;
}

export function attemptEnded(pace: Pace, durationMs: number, nowMs: number): void {
  pace.lastProgressMs = nowMs;
  pace.durationMs = smoothed(pace.durationMs, Math.max(durationMs, 0.1));
}

/**
 * Smoothed in the logarithm: one time-out among thousands of quick answers barely counts, and ten in a row count
 * fully, as ten quick answers do after an outage.
 */
function smoothed(before: number | undefined, durationMs: number): number {
  if (before === undefined) return durationMs;
  return Math.exp(Math.log(before) * (1 - SMOOTHING) + Math.log(durationMs) * SMOOTHING);
}

/** What an endpoint has shown to sustain counts for half after this, unless it hangs. */
const BEST_HALF_LIFE_MS = 2_000;

/** Attempts that take longer, or do not end for longer, are more likely of an endpoint in trouble than of a slow one. */
const TROUBLED_MS = 2_000;

/** The pace that an endpoint has for the time being. */
export interface Sustained {
  /**
   * Attempts a millisecond (Little's law). Infinite for an endpoint that is not known yet and does not hang: it is
   * given the benefit of the doubt.
   */
  perMs: number;
  /** Whether it may be over soon: no good to plan by for long. */
  isTroubled: boolean;
}

/**
 * What an endpoint sustains with `maxInFlight` attempts under way.
 *
 * `busyShare` (0 to 1) is the share of the time in which our own event loop had work. A dispatcher short of CPU sees
 * every endpoint slow: only the share in which it was idle is the endpoint's, else the dispatcher would answer a
 * shortage of CPU with the extra work of parking. What is left of such a measure wavers; so the best of late stands.
 */
export function sustained(
  pace: Pace,
  inFlight: number,
  maxInFlight: number,
  nowMs: number,
  busyShare: number,
): Sustained {
  const busy = Math.min(busyShare, MAX_BUSY_SHARE);
  const silenceMs = inFlight > 0 ? nowMs - pace.lastProgressMs : 0;
  const stallMs = silenceMs >= STALL_MS * (1 + BUSY_PATIENCE * busy) ? silenceMs : 0;
  const durationMs = Math.max((pace.durationMs ?? 0) * (1 - busy), stallMs);
  const perMs = maxInFlight / durationMs;
  const isTroubled = stallMs > 0 || durationMs >= TROUBLED_MS;
  if (stallMs > 0 || perMs === Infinity) return { perMs, isTroubled };
  const fadedPerMs = pace.bestPerMs * 2 ** (-(nowMs - pace.bestAtMs) / BEST_HALF_LIFE_MS);
  pace.bestPerMs = Math.max(perMs, fadedPerMs);
  pace.bestAtMs = nowMs;
  return { perMs: pace.bestPerMs, isTroubled };
}
