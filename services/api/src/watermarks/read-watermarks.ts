import type { GroupProgress, PartitionProgress } from '@herald/kafka/group-progress';
import { withDeadline } from '../http/with-deadline.ts';

export type WatermarksRead =
  /** Ends were asked for at `askedAtMs` or later; `isLevel` where the history has all that Kafka had taken by then. */
  { kind: 'read'; askedAtMs: number; isLevel: boolean } | { kind: 'unavailable' };

export type ReadWatermarks = () => Promise<WatermarksRead>;

export interface ReadWatermarksOptions {
  /** Of the log lanes: what they have committed is in the history. */
  progress: Pick<GroupProgress, 'read'>;
  timeoutMs: number;
  onFailure: (error: unknown) => void;
  now: () => number;
}

/** Who asks within this time gets the same answer: Kafka is asked once for all. */
const KEPT_MS = 1_000;

export function createReadWatermarks({
  progress,
  timeoutMs,
  onFailure,
  now,
}: ReadWatermarksOptions): ReadWatermarks {
  let last: { askedAtMs: number; read: Promise<WatermarksRead> } | undefined;

  async function read(askedAtMs: number): Promise<WatermarksRead> {
    try {
      const partitions = await withDeadline(progress.read(), timeoutMs, 'Kafka');
      return { kind: 'read', askedAtMs, isLevel: partitions.every(isRead) };
    } catch (error) {
      onFailure(error);
      return { kind: 'unavailable' };
    }
  }

  return () => {
    const askedAtMs = now();
    if (!last || askedAtMs - last.askedAtMs >= KEPT_MS) last = { askedAtMs, read: read(askedAtMs) };
    return last.read;
  };
}

/** A partition that nothing was committed of is read where it is empty. */
function isRead({ committedOffset, endOffset }: PartitionProgress): boolean {
  return endOffset <= Math.max(0, committedOffset);
}
