/**
 * How far starts may run ahead of an even spacing. What comes late by up to this much, from a timer or a busy event
 * loop, does not lower the rate; after a silence, what these milliseconds bring may start at once.
 */
export const BURST_MS = 100;

/**
 * Keeps the starts of one endpoint at a rate, by the generic cell rate algorithm (ITU-T I.371): in any t seconds at
 * most `perSecond × (t + BURST_MS / 1000) + 1` start. One number an endpoint; a forgotten gate costs one burst.
 */
export interface RateGate {
  /** When the next start would be due at an even spacing. */
  evenMs: number;
}

export function newRateGate(): RateGate {
  return { evenMs: 0 };
}

/** When the next may start: not after `nowMs` where it may start now. A raised rate holds at once. */
export function opensAtMs(gate: RateGate, perSecond: number, nowMs: number): number {
  return Math.min(gate.evenMs - BURST_MS, nowMs + 1_000 / perSecond);
}

/** One has started. */
export function pass(gate: RateGate, perSecond: number, nowMs: number): void {
  gate.evenMs = Math.max(Math.min(gate.evenMs, nowMs + BURST_MS), nowMs) + 1_000 / perSecond;
}
