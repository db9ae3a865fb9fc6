/** Changes are told apart by when their insert began, in slices of this length, by ClickHouse's clock. */
export const SLICE_MS = 2_000;

/** Slices are settled so many milliseconds at a time, so that what changes all the time is rarely counted twice. */
const SETTLING_MS = 240_000;

/** How many changes a slice has on record at present. */
export interface Slice {
  startMs: number;
  changes: number;
}

/** How far changes are counted. */
export interface Progress {
  /** Nothing can be added any more to what began before, and all of it is counted. */
  untilMs: number;
  /** What later slices had when they were counted, by their start. */
  seen: ReadonlyMap<number, number>;
}

export interface Plan {
  /** Slices whose stretches are to be counted again. */
  slices: number[];
  /** To go on from when that is done. */
  next: Progress;
}

/**
 * Decides what to count again. A slice is counted whenever something was added to it, and once more when nothing can
 * be added any more: a change can be seen shortly before the rows that it tells of.
 * @param found every slice from `progress.untilMs` on that has changes
 * @param nowMs ClickHouse's clock, read before `found` was
 * @param settledAfterMs an insert that is acknowledged takes no longer than this
 */
export function planCount(
  progress: Progress,
  found: readonly Slice[],
  nowMs: number,
  settledAfterMs: number,
): Plan {
  const settledMs = Math.floor((nowMs - settledAfterMs) / SETTLING_MS) * SETTLING_MS;
  const untilMs = Math.max(progress.untilMs, settledMs);
  const due = found.filter(
    ({ startMs, changes }) => startMs < untilMs || progress.seen.get(startMs) !== changes,
  );
  const open = found.filter(({ startMs }) => startMs >= untilMs);
  return {
    slices: due.map(({ startMs }) => startMs),
    next: { untilMs, seen: new Map(open.map(({ startMs, changes }) => [startMs, changes])) },
  };
}
