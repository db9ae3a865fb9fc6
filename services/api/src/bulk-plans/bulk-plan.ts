import type { NewReplay } from '@herald/registry/replay-jobs';
import { planExpiresAtMs, stateOfPlan } from '@herald/replay/bulk-plan';
import type { z } from 'zod';
import type { Account } from '../account/account.ts';
import { isoTime, isoTimeOrNull } from '../http/fields.ts';
import { replayFilterOf } from '../replays/replay-filter.ts';
import { type Replay, viewReplay } from '../replays/replay-view.ts';
import { type bulkPlanBody, type bulkPlanView, ENDED_STATES } from './bulk-plan-fields.ts';

type Body = z.output<ReturnType<typeof bulkPlanBody>>;

/**
 * The replay that a bulk plan is: its first phase counts and freezes, and its run sends what was counted. A redrive
 * leaves out what was sent again since; whoever has delivered ones sent again means just those.
 */
export function replayOfPlan(
  planId: string,
  { action, filter, per_second }: Body,
): Omit<NewReplay, 'accountId'> {
  const states = 'states' in filter ? filter.states : [];
  return {
    id: planId,
    dryRun: true,
    source: {
      kind: 'history',
      states: action === 'redrive' ? ['dead'] : states.length > 0 ? states : [...ENDED_STATES],
      lastStatuses: filter.last_statuses,
      fromMs: filter.from,
      toMs: filter.to,
    },
    filter: replayFilterOf(filter),
    targetEndpointId: undefined,
    skipDelivered: action === 'redrive',
    perSecond: per_second,
  };
}

export function viewPlan(
  replay: Replay,
  endpoints: Account['endpoints'],
  nowMs: number,
): z.output<typeof bulkPlanView> {
  const { job, progress } = replay;
  const { filter, source, ...view } = viewReplay(replay, endpoints);
  const { kind: _, ...selection } = source;
  const expiresAtMs = progress && planExpiresAtMs(progress);
  return {
    plan_id: job.id,
    action: job.skipDelivered ? 'redrive' : 'redeliver',
    state: stateOfPlan(job, progress, nowMs),
    filter: { ...filter, ...selection },
    as_of: isoTime(job.createdAtMs),
    deliveries: expiresAtMs !== undefined ? view.to_send : null,
    skipped: view.planned.skipped,
    sent: view.sent,
    endpoints: view.endpoints,
    held_endpoints: view.held_endpoints,
    samples: view.samples,
    per_second: view.per_second,
    estimate_seconds: view.estimate_seconds,
    waiting_for: view.waiting_for,
    error: view.error,
    expires_at: isoTimeOrNull(expiresAtMs),
    created_at: view.created_at,
  };
}
