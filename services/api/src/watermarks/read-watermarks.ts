import type { GroupProgress, PartitionProgress } from '@herald/kafka/group-progress';
import { withDeadline } from '../http/with-deadline.ts';

/** How far the loggers are with one topic, over all its partitions. */
export interface TopicWatermark {
  topic: string;
  /** Records that Kafka has taken, and how many of them the history is still to get. */
  taken: number;
  behind: number;
}

export type WatermarksRead =
  /** Ends were asked for at `askedAtMs` or later. */
  { kind: 'read'; askedAtMs: number; topics: TopicWatermark[] } | { kind: 'unavailable' };

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
      return { kind: 'read', askedAtMs, topics: sumByTopic(partitions) };
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

function sumByTopic(partitions: readonly PartitionProgress[]): TopicWatermark[] {
  const topics = new Map<string, TopicWatermark>();
  for (const { topic, committedOffset, endOffset } of partitions) {
    const sum = topics.get(topic) ?? { topic, taken: 0, behind: 0 };
    sum.taken += endOffset;
    sum.behind += Math.max(0, endOffset - Math.max(0, committedOffset));
    topics.set(topic, sum);
  }
  return [...topics.values()].sort((a, b) => a.topic.localeCompare(b.topic));
}
