import type { ReplayJob } from './job.ts';
import { isForgettable, isOpen, type ReplayProgress } from './progress.ts';

/** Of one account. Whoever has the tables keeps them in memory, and what replays name is most of that. */
interface Bound {
  replays: number;
  /** Ids and reasons of filters, and the endpoints that plans have looked at. */
  names: number;
}

/** Beyond it the oldest is forgotten that is over, or was never started. */
const REMEMBERED: Bound = { replays: 500, names: 50_000 };

/** Beyond it also one that was cancelled lately, and so no longer stops what it has sent and nobody has attempted. */
const REMEMBERED_CANCELLED: Bound = { replays: 2_000, names: 200_000 };

export interface Remembered {
  job: Pick<ReplayJob, 'id' | 'dryRun' | 'wanted' | 'createdAtMs' | 'updatedAtMs' | 'filter'>;
  progress: Pick<ReplayProgress, 'state' | 'plannedAtMs' | 'endpoints'> | undefined;
}

/** The replays of an account that are to be forgotten, oldest first. None of them is open. */
export function toForget(replays: readonly Remembered[], nowMs: number): string[] {
  const left = new Set([...replays].sort((a, b) => a.job.createdAtMs - b.job.createdAtMs));
  const forgotten: string[] = [];
  let names = [...left].reduce((sum, replay) => sum + namesIn(replay), 0);
  const forget = (bound: Bound, mayGo: (replay: Remembered) => boolean): void => {
    for (const replay of left) {
      if (left.size <= bound.replays && names <= bound.names) return;
      if (!mayGo(replay)) continue;
      left.delete(replay);
      names -= namesIn(replay);
      forgotten.push(replay.job.id);
    }
  };
  forget(REMEMBERED, ({ job, progress }) => isForgettable(job, progress, nowMs));
  forget(REMEMBERED_CANCELLED, ({ job, progress }) => !isOpen(job, progress));
  return forgotten;
}

function namesIn({ job: { filter }, progress }: Remembered): number {
  const { endpointIds, channelIds, publicationIds, eventIds, reasons } = filter;
  const lists = [endpointIds, channelIds, publicationIds, eventIds, reasons, progress?.endpoints ?? []];
  return lists.reduce((sum, list) => sum + list.length, 0);
}
