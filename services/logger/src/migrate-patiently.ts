import {
  type MigrateOptions,
  type MigrateResult,
  MigrationChangedError,
  migrate,
} from '@herald/clickhouse/migrate';
import { pause } from '@herald/kafka/patience';
import { backoffMs } from './backoff.ts';

/** Migrates as soon as ClickHouse can be asked, however long that takes. Rejects when waiting cannot help. */
export async function migratePatiently(
  options: MigrateOptions,
  signal: AbortSignal,
  onFailed: (error: unknown) => void,
): Promise<MigrateResult> {
  for (let failures = 1; ; failures++) {
    try {
      return await migrate(options);
    } catch (error) {
      if (error instanceof MigrationChangedError) throw error;
      onFailed(error);
      await pause(backoffMs(failures, Math.random), signal);
      if (signal.aborted) throw error;
    }
  }
}
