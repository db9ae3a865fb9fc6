import type { ReplayEdits, ReplayJobTable, ReplayWriter } from '@herald/registry/replay-jobs';
import type { ReplayProgressTable } from '@herald/registry/replay-progress';
import type { ReplayJob } from '@herald/replay/job';
import type { Caller } from '../access/caller.ts';
import { coversReplay } from '../access/scope.ts';
import type { Replay } from '../replays/replay-view.ts';
import type { Account } from './account.ts';
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
  { jobs, progress }: ReplaySources,
  edits: ReplayEdits,
): Account['replays'] {
  const isOwnEndpoint = (endpointId: string) => belongings.endpoint(endpointId) !== undefined;
  const viewOf = (job: ReplayJob): Replay => ({ job, progress: progress.get(job.id)?.value });
  const isOwn = (job: ReplayJob) => job.accountId === accountId && coversReplay(scope, job, isOwnEndpoint);
  const own = (replayId: string): ReplayJob | undefined => {
    const job = jobs.get(replayId)?.value;
    return job && isOwn(job) ? job : undefined;
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
      // One by that id that is there already may reach further.
      return created.kind === 'exists' && !isOwn(created.job) ? { kind: 'not_admitted' } : created;
    },
    start: async (replayId) => (own(replayId) ? edits.start(replayId) : { kind: 'missing' }),
    want: async (replayId, wanted) => (own(replayId) ? edits.want(replayId, wanted) : { kind: 'missing' }),
  };
}
