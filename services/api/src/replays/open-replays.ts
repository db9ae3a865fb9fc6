import type { AuditLog } from '@herald/registry/audit/log';
import type { TableOptions } from '@herald/registry/configuration-table';
import {
  createReplayWriter,
  openReplayJobTable,
  type ReplayJobTable,
  type ReplayWriter,
} from '@herald/registry/replay-jobs';
import { openReplayProgressTable, type ReplayProgressTable } from '@herald/registry/replay-progress';

/** What is asked of replays and how far they are, and the way to ask. */
export interface Replays {
  jobs: ReplayJobTable;
  progress: ReplayProgressTable;
  writer: ReplayWriter;
  isFollowing(): boolean;
  stop(): Promise<void>;
}

export async function openReplays(
  tableOptions: TableOptions,
  { audit, maxOpenPerAccount, timeoutMs }: { audit: AuditLog; maxOpenPerAccount: number; timeoutMs: number },
): Promise<Replays> {
  const { connection, source } = tableOptions;
  const [jobs, progress] = await Promise.all([
    openReplayJobTable(tableOptions),
    openReplayProgressTable(tableOptions),
  ]);
  const writer = await createReplayWriter({
    connection,
    source,
    jobs,
    progress,
    audit,
    maxOpenPerAccount,
    timeoutMs,
  });
  return {
    jobs,
    progress,
    writer,
    isFollowing: () => jobs.isFollowing() && progress.isFollowing(),
    async stop() {
      await writer.close();
      await Promise.all([jobs.stop(), progress.stop()]);
    },
  };
}
