import type { ReplayJob } from './job.ts';

export const REPLAY_STATES = [
  'planning',
  'planned',
  'running',
  'paused',
  'completed',
  'cancelled',
  'failed',
] as const;

export type ReplayState = (typeof REPLAY_STATES)[number];

/** What is read of one partition, frozen when the plan began; half open. */
export interface SourceRange {
  partition: number;
  from: number;
  to: number;
  /** Next offset that the plan reads. */
  plannedTo: number;
  /** Next offset that is replayed. */
  position: number;
  toSend: number;
  sent: number;
}

/** Where the walk through the history is: behind this delivery. It goes by the time of the event, then by delivery. */
export interface HistoryPlace {
  occurredAtMs: number;
  deliveryId: string;
}

export interface HistoryPosition {
  /** Deliveries count as they stood then. */
  asOfMs: number;
  /** Undefined before the first. */
  planned: HistoryPlace | undefined;
  replayed: HistoryPlace | undefined;
}

/** Offsets that were asked for and are gone, half open. */
export interface ExpiredRange {
  partition: number;
  from: number;
  to: number;
}

/** Counts of one pass over the source: matched = sent + all that is skipped. */
export interface Tally {
  /** Records of the account that were looked at. */
  scanned: number;
  /** Deliveries that the filter lets through. */
  matched: number;
  sent: number;
  skipped: Record<string, number>;
}

/** Stands for all endpoints beyond those that are named. */
export const OTHERS = '';

/** An endpoint that the plan has looked at, also where there was nothing to send to it. */
export interface EndpointTally {
  /** Or OTHERS. */
  endpointId: string;
  toSend: number;
  sent: number;
}

export interface Sample {
  eventId: string;
  endpointId: string;
  publicationId: string;
  eventType: string;
  occurredAtMs: number;
}

/** How far a replay is. Bounded in size, whatever the replay is about. */
export interface ReplayProgress {
  replayId: string;
  accountId: string;
  /** The replayer that works on it, by an id of one term. */
  owner: string;
  state: ReplayState;
  /** What it waits for meanwhile, in words. */
  waitingFor: string | undefined;
  error: string | undefined;
  /** Of a topic source, by partition. */
  ranges: SourceRange[];
  /** Of a history source. */
  history: HistoryPosition | undefined;
  expired: ExpiredRange[];
  planned: Tally;
  done: Tally;
  endpoints: EndpointTally[];
  samples: Sample[];
  startedAtMs: number;
  /** Undefined until the plan is ready. */
  plannedAtMs: number | undefined;
  finishedAtMs: number | undefined;
  updatedAtMs: number;
}

export function newProgress(job: ReplayJob, owner: string, nowMs: number): ReplayProgress {
  return {
    replayId: job.id,
    accountId: job.accountId,
    owner,
    state: 'planning',
    waitingFor: undefined,
    error: undefined,
    ranges: [],
    history: undefined,
    expired: [],
    planned: newTally(),
    done: newTally(),
    endpoints: [],
    samples: [],
    startedAtMs: nowMs,
    plannedAtMs: undefined,
    finishedAtMs: undefined,
    updatedAtMs: nowMs,
  };
}

function newTally(): Tally {
  return { scanned: 0, matched: 0, sent: 0, skipped: {} };
}

export function isFinished({ state }: Pick<ReplayProgress, 'state'>): boolean {
  return state === 'completed' || state === 'cancelled' || state === 'failed';
}

/** Whether a replay counts as one of its account's at once: not when it is over, nor as a plan that nobody has started. */
export function isOpen(
  job: Pick<ReplayJob, 'dryRun' | 'wanted'>,
  progress: Pick<ReplayProgress, 'state' | 'plannedAtMs'> | undefined,
): boolean {
  if (!progress) return job.wanted !== 'cancelled';
  return !isFinished(progress) && !(job.dryRun && progress.plannedAtMs !== undefined);
}

/** Longer than a delivery waits in any topic. */
const CANCELLED_KEPT_MS = 14 * 24 * 60 * 60 * 1_000;

/** Whether nothing would be the matter without it: a cancelled one stops what it has sent, as long as that may wait. */
export function isForgettable(
  job: Pick<ReplayJob, 'dryRun' | 'wanted' | 'updatedAtMs'>,
  progress: Pick<ReplayProgress, 'state' | 'plannedAtMs'> | undefined,
  nowMs: number,
): boolean {
  if (isOpen(job, progress)) return false;
  if (job.wanted !== 'cancelled' || hasSentNothing(job, progress)) return true;
  return nowMs - job.updatedAtMs >= CANCELLED_KEPT_MS;
}

/** A plan is on record as planned before anything is sent, and one that was never started sends nothing. */
function hasSentNothing(
  job: Pick<ReplayJob, 'dryRun'>,
  progress: Pick<ReplayProgress, 'state' | 'plannedAtMs'> | undefined,
): boolean {
  return job.dryRun || (progress !== undefined && isFinished(progress) && progress.plannedAtMs === undefined);
}
