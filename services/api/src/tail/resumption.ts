import type { TailPosition } from './position.ts';

/** Why a client gets less than it asked to go on with. */
export type GapReason =
  /** More was recorded meanwhile than a resume reads. */
  | 'too_far_back'
  /** The topic does not keep it any more. */
  | 'expired'
  /** The position is beyond the end: the log is another one. */
  | 'log_replaced';

export interface Resumption {
  /** Where to begin, by partition. */
  from: number[];
  gap: GapReason | undefined;
}

export interface LogRange {
  lowOffset: number;
  endOffset: number;
}

/** Decides where a client goes on that was at `position`: of what is too much, the newest is read. */
export function planResumption(
  position: TailPosition,
  log: readonly LogRange[],
  maxRecords: number,
): Resumption {
  const missed = position.map((offset, partition) => log[partition]!.endOffset - offset);
  const isReplaced = missed.some((records) => records < 0);
  const isExpired = position.some((offset, partition) => offset < log[partition]!.lowOffset);
  const isTooMuch = missed.reduce((sum, records) => sum + Math.max(0, records), 0) > maxRecords;
  const share = isTooMuch ? Math.floor(maxRecords / position.length) : Number.POSITIVE_INFINITY;
  return {
    from: position.map((offset, partition) => {
      const { lowOffset, endOffset } = log[partition]!;
      return offset > endOffset ? endOffset : Math.max(offset, lowOffset, endOffset - share);
    }),
    gap: reasonOf({ isReplaced, isTooMuch, isExpired }),
  };
}

function reasonOf(found: { isReplaced: boolean; isTooMuch: boolean; isExpired: boolean }) {
  if (found.isReplaced) return 'log_replaced';
  if (found.isTooMuch) return 'too_far_back';
  return found.isExpired ? 'expired' : undefined;
}
