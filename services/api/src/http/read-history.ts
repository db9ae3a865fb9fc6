import { readTroubleOf } from '@herald/clickhouse/read-trouble';
import { ClientLeft } from './client-left.ts';
import type { Answer } from './operation.ts';
import { historyUnavailable, tooManyReads } from './problems.ts';
import { withDeadline } from './with-deadline.ts';

/**
 * Reads from ClickHouse and answers with what was read, or says why it cannot be read now. Rejects with what
 * ClickHouse refuses to read: that is a bug here, and would be the same the next time.
 */
export type ReadHistory = <T>(
  read: () => Promise<T>,
  answer: (found: T) => Answer | Promise<Answer>,
) => Promise<Answer>;

export interface ReadHistoryOptions {
  timeoutMs: number;
  onFailure: (error: unknown) => void;
}

export function createReadHistory({ timeoutMs, onFailure }: ReadHistoryOptions): ReadHistory {
  return async (read, answer) => {
    let found: Awaited<ReturnType<typeof read>>;
    try {
      found = await withDeadline(read(), timeoutMs, 'ClickHouse');
    } catch (error) {
      const trouble = readTroubleOf(error);
      if (trouble === undefined || trouble === 'refused') throw error;
      if (trouble === 'too_many') return tooManyReads;
      if (!(error instanceof ClientLeft)) onFailure(error);
      return historyUnavailable;
    }
    return answer(found);
  };
}
