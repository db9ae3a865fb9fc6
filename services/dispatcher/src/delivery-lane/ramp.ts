/** A recovery begins with so many deliveries a second, one at a time. */
export const RAMP_START_PER_SECOND = 5;

/** Both double each time that this has passed. */
export const RAMP_DOUBLING_MS = 2_000;

/** By then, 10,000 a second and 2,000 at once are reached: nothing is held back any more. */
export const RAMP_MS = 11 * RAMP_DOUBLING_MS;

const START_PER_MS = RAMP_START_PER_SECOND / 1_000;
const MS_PER_E = RAMP_DOUBLING_MS / Math.LN2;

/** What an endpoint may get `ageMs` after it has recovered. */
export function rampAt(ageMs: number): { perSecond: number; maxInFlight: number } {
  if (ageMs >= RAMP_MS) return { perSecond: Infinity, maxInFlight: Infinity };
  const grown = 2 ** (ageMs / RAMP_DOUBLING_MS);
  return { perSecond: RAMP_START_PER_SECOND * grown, maxInFlight: Math.floor(grown) };
}

/** Deliveries made from one age of the ramp to another, by an endpoint that sustains `perMs` at most. */
export function madeBetween(perMs: number, fromAgeMs: number, toAgeMs: number): number {
  const endMs = endOfRampMs(perMs);
  const ramped = grownBy(Math.min(toAgeMs, endMs)) - grownBy(Math.min(fromAgeMs, endMs));
  const fullMs = Math.max(toAgeMs, endMs) - Math.max(fromAgeMs, endMs);
  // 0 × Infinity is NaN.
  return fullMs > 0 ? ramped + fullMs * perMs : ramped;
}

/** Milliseconds in which `count` deliveries are made from that age on: the inverse of `madeBetween`. */
export function timeToMakeMs(count: number, perMs: number, ageMs: number): number {
  const endMs = endOfRampMs(perMs);
  if (ageMs >= endMs) return count / perMs;
  const inRamp = grownBy(endMs) - grownBy(ageMs);
  if (count > inRamp) return endMs - ageMs + (count - inRamp) / perMs;
  return MS_PER_E * Math.log((grownBy(ageMs) + count) / (START_PER_MS * MS_PER_E)) - ageMs;
}

/** The age at which the ramp no longer holds an endpoint of that pace back. */
function endOfRampMs(perMs: number): number {
  return Math.min(Math.max(MS_PER_E * Math.log(perMs / START_PER_MS), 0), RAMP_MS);
}

/** The integral of the ramp's rate. */
function grownBy(ageMs: number): number {
  return START_PER_MS * MS_PER_E * Math.exp(ageMs / MS_PER_E);
}
