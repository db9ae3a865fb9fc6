import type * as avro from '@herald/contracts/generated/replay-job';
import { TOPICS } from '@herald/contracts/topics';
import { openConfigurationTable, type TableOptions } from './configuration-table.ts';
import { SUBJECTS } from './subjects.ts';

/** Which replays were cancelled, and nothing else of them: what a replay is asked for may be large. */
export interface CancelledReplays {
  has(replayId: string): boolean;
  isFollowing(): boolean;
  stop(): Promise<void>;
}

/** Resolves when `herald.replays` is read to its end. */
export async function openCancelledReplays(options: TableOptions): Promise<CancelledReplays> {
  const table = await openConfigurationTable<avro.ReplayJob, boolean>(options, {
    topic: TOPICS.replays,
    subjectSchema: SUBJECTS.replays,
    parse: ({ wanted }) => ({ ok: true, value: wanted === 'CANCELLED' }),
  });
  return {
    has: (replayId) => table.get(replayId)?.value === true,
    isFollowing: table.isFollowing,
    stop: table.stop,
  };
}
