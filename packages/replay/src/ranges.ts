import type { AskedRange, TopicSource } from './job.ts';
import type { ExpiredRange, ReplayProgress, SourceRange } from './progress.ts';

/** First offset and end of a partition. */
export interface Bounds {
  lowOffset: number;
  endOffset: number;
}

/** The first offset of each partition that Kafka took at a time or later; the end where there is none. */
export type OffsetsAt = ReadonlyMap<number, number>;

export interface TopicNow {
  bounds: ReadonlyMap<number, Bounds>;
  /** For the times of the source; undefined where it names none. */
  from: OffsetsAt | undefined;
  to: OffsetsAt | undefined;
}

export type Frozen =
  | { ok: true; ranges: SourceRange[]; expired: ExpiredRange[] }
  | { ok: false; reason: string };

/**
 * What a topic source means now: exact offsets, which do not move any more. What was asked for and is gone is named,
 * what is not there yet is left out (see `notThereYet`), and what was asked for twice is read once.
 */
export function freeze(source: TopicSource, now: TopicNow): Frozen {
  const asked = source.ranges.length > 0 ? merged(source.ranges) : byTime(source, now);
  const ranges: SourceRange[] = [];
  const expired: ExpiredRange[] = [];
  for (const { partition, from, to } of asked) {
    const bounds = now.bounds.get(partition);
    if (!bounds) {
      return {
        ok: false,
        reason: `${source.topic} has no partition ${partition}: it has ${now.bounds.size}`,
      };
    }
    const end = Math.min(to ?? bounds.endOffset, bounds.endOffset);
    const low = Math.min(bounds.lowOffset, to ?? bounds.lowOffset);
    if (from < low) expired.push({ partition, from, to: low });
    const start = Math.max(from, bounds.lowOffset);
    if (start < end) ranges.push(newRange(partition, start, end));
  }
  return { ok: true, ranges, expired };
}

function newRange(partition: number, from: number, to: number): SourceRange {
  return { partition, from, to, plannedTo: from, position: from, toSend: 0, sent: 0 };
}

/** By partition and offset, overlapping and touching ranges as one. */
function merged(ranges: readonly AskedRange[]): AskedRange[] {
  const sorted = ranges.toSorted((a, b) => a.partition - b.partition || a.from - b.from);
  const result: AskedRange[] = [];
  for (const range of sorted) {
    const last = result.at(-1);
    if (last && last.partition === range.partition && range.from <= (last.to ?? Infinity)) {
      last.to = last.to === undefined || range.to === undefined ? undefined : Math.max(last.to, range.to);
    } else result.push({ ...range });
  }
  return result;
}

/**
 * Kafka does not tell when what it dropped was written. So a time before everything that a partition still has asks
 * for all that is gone, too; without a time, only for what is retained.
 */
function byTime(source: TopicSource, { bounds, from, to }: TopicNow): AskedRange[] {
  return [...bounds].map(([partition, { lowOffset, endOffset }]) => {
    const first = from ? (from.get(partition) ?? endOffset) : lowOffset;
    const reachesBack = source.fromMs !== undefined && first <= lowOffset;
    return {
      partition,
      from: reachesBack ? 0 : first,
      to: to ? (to.get(partition) ?? endOffset) : endOffset,
    };
  });
}

/**
 * Offsets that were asked for, up to a given one, and that were beyond the end when the source was frozen: they are no
 * part of the replay.
 */
export function notThereYet(
  { ranges: asked }: Pick<TopicSource, 'ranges'>,
  { ranges, expired }: Pick<ReplayProgress, 'ranges' | 'expired'>,
): ExpiredRange[] {
  return merged(asked).flatMap(({ partition, from, to }) => {
    if (to === undefined) return [];
    // What was asked for is gone up to some offset, then frozen up to another, and not there beyond.
    const ends = [...expired, ...ranges]
      .filter((each) => each.partition === partition && from <= each.from && each.to <= to)
      .map((each) => each.to);
    const end = Math.max(from, ...ends);
    return end < to ? [{ partition, from: end, to }] : [];
  });
}

/** Adds what a run found gone, as one with the range before it where they touch. */
export function addExpired(expired: ExpiredRange[], range: ExpiredRange): void {
  const neighbour = expired.find(
    ({ partition, from, to }) => partition === range.partition && range.from <= to && from <= range.to,
  );
  if (!neighbour) expired.push(range);
  else {
    neighbour.from = Math.min(neighbour.from, range.from);
    neighbour.to = Math.max(neighbour.to, range.to);
  }
}

/** Whether anything of what was frozen has been found gone; what was gone before is beside it. */
export function hasExpiredSince({ ranges, expired }: Pick<ReplayProgress, 'ranges' | 'expired'>): boolean {
  return expired.some((gone) =>
    ranges.some(
      ({ partition, from, to }) => partition === gone.partition && gone.from < to && from < gone.to,
    ),
  );
}
