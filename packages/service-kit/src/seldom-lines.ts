import { createTokenBuckets } from './token-buckets.ts';

/** Of one subject, and of all. Subjects beyond those that are remembered count as new. */
const LINES_OF_A_SUBJECT = { tokensPerSecond: 1 / 600, burst: 1, maxKeys: 1_000 };
const LINES_OF_ALL = { tokensPerSecond: 10 / 60, burst: 10, maxKeys: 1 };

export interface SeldomLinesOptions {
  /** `unwritten`: how many lines before this one were not written. */
  write: (detail: object & { unwritten: number }) => void;
  /** Milliseconds of a clock that never goes back. */
  now: () => number;
}

/**
 * Log lines about what strangers can bring about as often as they like: one in ten minutes of each subject, and ten a
 * minute of all.
 */
export function createSeldomLines({
  write,
  now,
}: SeldomLinesOptions): (subject: string, detail: object) => void {
  const ofSubject = createTokenBuckets({ ...LINES_OF_A_SUBJECT, now });
  const ofAll = createTokenBuckets({ ...LINES_OF_ALL, now });
  let unwritten = 0;
  return (subject, detail) => {
    if (ofAll.look('', 1).ok && ofSubject.take(subject, 1).ok && ofAll.take('', 1).ok) {
      write({ ...detail, unwritten });
      unwritten = 0;
    } else unwritten += 1;
  };
}
