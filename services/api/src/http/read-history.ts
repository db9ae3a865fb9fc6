import type { Answer } from './operation.ts';
import { historyUnavailable } from './problems.ts';

/** Reads from ClickHouse and answers with what was read, or says that it cannot be read now. */
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
      found = await withDeadline(read(), timeoutMs);
    } catch (error) {
      onFailure(error);
      return historyUnavailable;
    }
    return answer(found);
  };
}

async function withDeadline<T>(work: Promise<T>, timeoutMs: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const expired = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`ClickHouse gave no answer in ${timeoutMs} ms`)), timeoutMs);
  });
  try {
    return await Promise.race([work, expired]);
  } finally {
    clearTimeout(timer);
  }
}
