import type { Failing } from '@herald/registry/endpoint-status';

/** What an endpoint's owner is told of its failures, and when Herald stops trying. */
export interface EscalationPolicy {
  /** A warning after each of these times of failure without a success, milliseconds, rising. */
  warnAfterMs: readonly number[];
  /** After this time its deliveries are held. */
  disableAfterMs: number;
}

export type Escalation = { kind: 'none' } | { kind: 'warn'; afterMs: number } | { kind: 'disable' };

/**
 * What a failure calls for. Of several warnings that are due together, as after a long standstill, the last one is
 * given; where disabling is due it comes alone, since it says more.
 */
export function escalate(failing: Failing, policy: EscalationPolicy, nowMs: number): Escalation {
  const forMs = nowMs - failing.sinceMs;
  if (forMs >= policy.disableAfterMs) return { kind: 'disable' };
  const afterMs = policy.warnAfterMs.findLast((each) => each <= forMs);
  return afterMs === undefined || afterMs <= failing.warnedMs ? { kind: 'none' } : { kind: 'warn', afterMs };
}
