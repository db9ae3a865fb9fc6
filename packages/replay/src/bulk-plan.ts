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

/** How a bulk plan stands. It may be started while it is `ready`; it was where it is no dry run any more. */
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
  if (expiresAtMs === undefined) return job.wanted === 'paused' ? 'paused' : 'counting';
  if (job.dryRun) return nowMs < expiresAtMs ? 'ready' : 'expired';
  return job.wanted === 'paused' ? 'paused' : 'running';
}

/**
 * Why a replay may not be started, for which a bulk plan has to be counted, and lately. Any other one may at any time,
 * and so may a bulk plan go on that was started and paused.
 */
export function whyNotStarted(
  job: Pick<ReplayJob, 'id' | 'wanted' | 'dryRun'>,
  progress: Planned | undefined,
  nowMs: number,
): Extract<PlanState, 'counting' | 'paused' | 'expired' | 'count_unavailable'> | undefined {
  if (!isBulkPlan(job) || !job.dryRun) return undefined;
  const state = stateOfPlan(job, progress, nowMs);
  const isNot = state === 'counting' || state === 'paused' || state === 'expired';
  return isNot || state === 'count_unavailable' ? state : undefined;
}
