import type { EffectiveState } from '@herald/registry/endpoint-status';

/** What becomes of a held delivery whose turn it is. */
export type Fate =
  | { kind: 'deliver' }
  /** Its owner does not want it any more. */
  | { kind: 'cancel' }
  /** It would be gone with its topic's oldest records. */
  | { kind: 'expire' }
  /** It stays where it is, at the longest until then. */
  | { kind: 'wait'; untilMs: number };

const DAY_MS = 24 * 60 * 60 * 1_000;

export interface HeldFacts {
  /** When it was put into webhook.held. */
  heldAtMs: number;
  /** Undefined where the endpoint was deleted: the delivery lane gives its deliveries up. */
  state: EffectiveState['state'] | undefined;
  /** What was held before this time is not wanted. */
  skipBeforeMs: number | undefined;
  /** Of webhook.held, milliseconds; undefined where it keeps its records for ever. */
  retentionMs: number | undefined;
  nowMs: number;
}

export function fateOf({ heldAtMs, state, skipBeforeMs, retentionMs, nowMs }: HeldFacts): Fate {
  if (state === undefined) return { kind: 'deliver' };
  if (skipBeforeMs !== undefined && heldAtMs < skipBeforeMs) return { kind: 'cancel' };
  if (state !== 'held') return { kind: 'deliver' };
  const untilMs = expiresAt(heldAtMs, retentionMs);
  return untilMs <= nowMs ? { kind: 'expire' } : { kind: 'wait', untilMs };
}

/** A day before the topic may drop it; half of the time where a topic keeps its records for less than two days. */
export function expiresAt(heldAtMs: number, retentionMs: number | undefined): number {
  if (retentionMs === undefined) return Number.POSITIVE_INFINITY;
  return heldAtMs + retentionMs - Math.min(DAY_MS, retentionMs / 2);
}
