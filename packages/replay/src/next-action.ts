import type { ReplayJob } from './job.ts';
import { isFinished, type ReplayProgress } from './progress.ts';

export type Phase = 'plan' | 'run';

/** What the owner of a replay does next. */
export type NextAction =
  | { kind: 'work'; phase: Phase }
  /** Puts the state on record. */
  | { kind: 'settle'; state: 'paused' | 'planned' | 'cancelled' }
  /** Nothing, until something else is wanted. */
  | { kind: 'rest' };

/** A plan is the first phase of every replay. What its owner wants comes first, but for what is over. */
export function nextAction(
  job: Pick<ReplayJob, 'wanted' | 'dryRun'>,
  progress: Pick<ReplayProgress, 'state' | 'plannedAtMs'>,
): NextAction {
  if (isFinished(progress)) return { kind: 'rest' };
  if (job.wanted === 'cancelled') return { kind: 'settle', state: 'cancelled' };
  if (job.wanted === 'paused') return settled(progress, 'paused');
  if (progress.plannedAtMs === undefined) return { kind: 'work', phase: 'plan' };
  if (job.dryRun) return settled(progress, 'planned');
  return { kind: 'work', phase: 'run' };
}

function settled({ state }: Pick<ReplayProgress, 'state'>, wanted: 'paused' | 'planned'): NextAction {
  return state === wanted ? { kind: 'rest' } : { kind: 'settle', state: wanted };
}
