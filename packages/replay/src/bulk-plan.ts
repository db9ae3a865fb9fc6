import type { ReplayJob } from './job.ts';
import type { ReplayProgress } from './progress.ts';

export const PLAN_STATES = [
  'counting',
  'ready',
  'expired',
  'count_unavailable',
  'running',
  'paused',
  'completed',
  'cancelled',
  'failed',
] as const;

export type PlanState = (typeof PLAN_STATES)[number];

/** What was counted is not what is there any more, after a while. */
const EXPIRES_AFTER_MS = 15 * 60_000;

type Planned = Pick<ReplayProgress, 'state' | 'plannedAtMs'>;

/** Bulk plans have ids of their own kind. */
export function isBulkPlan({ id }: Pick<ReplayJob, 'id'>): boolean {
  return id.startsWith('bp_');
}

/** Undefined until it is counted. */
export function planExpiresAtMs({ plannedAtMs }: Pick<Planned, 'plannedAtMs'>): number | undefined {
  return plannedAtMs === undefined ? undefined : plannedAtMs + EXPIRES_AFTER_MS;
}

/** How a bulk plan stands. It may be started while it is `ready`; from `running` on it was. */
export function stateOfPlan(
  job: Pick<ReplayJob, 'wanted' | 'dryRun'>,
  progress: Planned | undefined,
  nowMs: number,
): PlanState {
  if (job.wanted === 'cancelled') return 'cancelled';
  const { state } = progress ?? {};
  const expiresAtMs = progress && planExpiresAtMs(progress);
  if (state === 'failed') return expiresAtMs === undefined ? 'count_unavailable' : 'failed';
  if (state === 'completed' || state === 'cancelled') return state;
  if (expiresAtMs === undefined) return 'counting';
  if (job.dryRun) return nowMs < expiresAtMs ? 'ready' : 'expired';
  return job.wanted === 'paused' ? 'paused' : 'running';
}

/** Why a replay may not be started, for which a bulk plan has to be counted, and lately. Any other one may at any time. */
export function whyNotStarted(
  job: Pick<ReplayJob, 'id' | 'wanted' | 'dryRun'>,
  progress: Planned | undefined,
  nowMs: number,
): Extract<PlanState, 'counting' | 'expired' | 'count_unavailable'> | undefined {
  if (!isBulkPlan(job)) return undefined;
  const state = stateOfPlan(job, progress, nowMs);
  return state === 'counting' || state === 'expired' || state === 'count_unavailable' ? state : undefined;
}
