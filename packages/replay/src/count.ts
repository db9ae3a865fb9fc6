import type { Decision, SkipReason } from './decide.ts';
import type { Phase } from './next-action.ts';
import { type EndpointTally, OTHERS, type ReplayProgress, type SourceRange, type Tally } from './progress.ts';

/** Bounds of what a progress record names, whatever the replay is about. */
export const MAX_ENDPOINTS_NAMED = 500;
export const MAX_SAMPLES = 10;

/** Counts a record of the account that was looked at, and what was decided about it. */
export function count(
  progress: ReplayProgress,
  phase: Phase,
  decisions: readonly Decision[],
  range: SourceRange | undefined,
): void {
  const tally = phase === 'plan' ? progress.planned : progress.done;
  tally.scanned += 1;
  tally.matched += decisions.length;
  for (const decision of decisions) {
    if (decision.kind === 'skip') {
      skip(tally, decision.reason);
      // One that has everything was planned for, too.
      if (phase === 'plan' && decision.endpointId !== undefined) {
        tallyOf(progress.endpoints, decision.endpointId);
      }
    } else {
      const { endpointId } = decision.kind === 'send' ? decision.delivery : decision;
      tally.sent += 1;
      add(tallyOf(progress.endpoints, endpointId), phase);
      if (range) add(range, phase);
      if (phase === 'plan' && decision.kind === 'send') sample(progress, decision);
    }
  }
}

/** Counts deliveries of the plan that the run has not met: they are left out for that reason. */
export function countUnmet(
  { done }: Pick<ReplayProgress, 'done'>,
  deliveries: number,
  reason: SkipReason,
): void {
  if (deliveries === 0) return;
  done.matched += deliveries;
  skip(done, reason, deliveries);
}

function skip({ skipped }: Tally, reason: SkipReason, deliveries = 1): void {
  skipped[reason] = (skipped[reason] ?? 0) + deliveries;
}

function add(counts: { toSend: number; sent: number }, phase: Phase): void {
  if (phase === 'plan') counts.toSend += 1;
  else counts.sent += 1;
}

function tallyOf(endpoints: EndpointTally[], endpointId: string): EndpointTally {
  const known = endpoints.find((one) => one.endpointId === endpointId);
  if (known) return known;
  const name = endpoints.length < MAX_ENDPOINTS_NAMED ? endpointId : OTHERS;
  const others = endpoints.find((one) => one.endpointId === name);
  if (others) return others;
  const added = { endpointId: name, toSend: 0, sent: 0 };
  endpoints.push(added);
  return added;
}

function sample({ samples }: ReplayProgress, decision: Extract<Decision, { kind: 'send' }>): void {
  if (samples.length >= MAX_SAMPLES) return;
  const { event } = decision.candidate;
  samples.push({
    eventId: event.eventId,
    endpointId: decision.delivery.endpointId,
    publicationId: event.publicationId,
    eventType: event.eventType,
    occurredAtMs: event.occurredAtMs,
  });
}
