import { OTHERS, type ReplayProgress, type Tally } from './progress.ts';

/**
 * Which endpoints a run may go to because they want an event: those that the plan has looked at. Whoever starts a plan
 * has seen these and no others. Where they were too many to be named, those that were there when it was counted.
 * @param createdAtMs of an endpoint; undefined where there is none
 */
export function plannedEndpoints(
  { endpoints, plannedAtMs = 0 }: Pick<ReplayProgress, 'endpoints' | 'plannedAtMs'>,
  createdAtMs: (endpointId: string) => number | undefined,
): (endpointId: string) => boolean {
  const named = new Set(endpoints.map(({ endpointId }) => endpointId));
  if (!named.has(OTHERS)) return (endpointId) => named.has(endpointId);
  return (endpointId) => named.has(endpointId) || (createdAtMs(endpointId) ?? Infinity) <= plannedAtMs;
}

type Counted = Pick<ReplayProgress, 'planned' | 'done'>;

/** Deliveries that the plan has matched and the run has neither sent nor left out. */
export function unmatchedOf({ planned, done }: Counted): number {
  return Math.max(0, matchedOfPlan(planned) - matchedOfPlan(done));
}

/** Endpoints that the plan did not know are no part of what it counted. */
function matchedOfPlan({ matched, skipped }: Tally): number {
  return matched - (skipped.not_planned ?? 0);
}

/** What is still to be sent of what the plan counted, at most: what the run leaves out beyond it is none of it any more. */
export function remainingOf(progress: Counted): number {
  const unsent = progress.planned.sent - progress.done.sent;
  return Math.max(0, Math.min(unsent, unmatchedOf(progress)));
}
