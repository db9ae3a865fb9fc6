import type { ErasureTable } from '@herald/registry/erasures';
import type { ReplayChanged, ReplayEdits, ReplayJobTable, ReplayWriter } from '@herald/registry/replay-jobs';
import type { ReplayProgressTable } from '@herald/registry/replay-progress';
import type { ReplayJob } from '@herald/replay/job';
import type { Caller } from '../access/caller.ts';
import { coversReplay } from '../access/scope.ts';
import type { Replay } from '../replays/replay-view.ts';
import { samplesLeft } from '../replays/samples-left.ts';
import type { Account, ReplayTold } from './account.ts';
import type { Belongings } from './belongings.ts';

export interface ReplaySources {
  jobs: Pick<ReplayJobTable, 'get' | 'entries'>;
  progress: Pick<ReplayProgressTable, 'get'>;
  writer: Pick<ReplayWriter, 'as'>;
}

/** The replays of a caller: those that reach nothing but what is the caller's. */
export function replaysOf(
  { accountId, scope }: Pick<Caller, 'accountId' | 'scope'>,
  belongings: Belongings,
  { jobs, progress, erasures }: ReplaySources & { erasures: Pick<ErasureTable, 'erasedAtMs'> },
  edits: ReplayEdits,
): Account['replays'] {
  const isOwnEndpoint = (endpointId: string) => belongings.endpoint(endpointId) !== undefined;
  const viewOf = (job: ReplayJob): Replay => {
    const found = progress.get(job.id)?.value;
    const erasedAtMs = (publicationId: string) => erasures.erasedAtMs(accountId, publicationId);
    return { job, progress: found && { ...found, samples: samplesLeft(found, erasedAtMs) } };
  };
  const isOwn = (job: ReplayJob) => job.accountId === accountId && coversReplay(scope, job, isOwnEndpoint);
  const own = (replayId: string): ReplayJob | undefined => {
    const job = jobs.get(replayId)?.value;
    return job && isOwn(job) ? job : undefined;
  };
  const named = <T extends { open: string[] }>(tooMany: T) => {
    const open = tooMany.open.filter(own);
    return { ...tooMany, open, others: tooMany.open.length - open.length };
  };
  const changed = async (
    replayId: string,
    change: (replayId: string) => Promise<ReplayChanged>,
  ): Promise<ReplayTold> => {
    if (!own(replayId)) return { kind: 'missing' };
    const told = await change(replayId);
    return told.kind === 'too_many' ? named(told) : told;
  };
  return {
    get(replayId) {
      const job = own(replayId);
      return job && viewOf(job);
    },
    list: () => [...jobs.entries()].flatMap(([, { value }]) => (isOwn(value) ? [viewOf(value)] : [])),
    async create(replay) {
      if (!coversReplay(scope, replay, isOwnEndpoint)) return { kind: 'not_admitted' };
      const created = await edits.create({ ...replay, accountId });
      if (created.kind === 'too_many') return named(created);
      // One by that id that is there already may reach further.
      return created.kind === 'exists' && !isOwn(created.job) ? { kind: 'not_admitted' } : created;
    },
    start: (replayId) => changed(replayId, edits.start),
    want: (replayId, wanted) => changed(replayId, (id) => edits.want(id, wanted)),
  };
}
