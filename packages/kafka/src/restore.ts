import type { Admin } from 'kafkajs';
import { decodeCompletions } from './completions.ts';
import type { OffsetRange } from './offset-tracker.ts';
import type { TopicPartition } from './record.ts';

/** Where to go on with a partition. */
export interface Resumption extends TopicPartition {
  committed: number;
  completed: OffsetRange[];
  lowOffset: number;
  endOffset: number;
  gap: Gap | undefined;
}

/** Records that are not there any more and were never received, `[from, to)`; or a log that is not the old one. */
export interface Gap extends TopicPartition {
  from: number;
  to: number;
  reason: 'expired' | 'log_replaced';
}

export interface LogBounds {
  lowOffset: number;
  endOffset: number;
}

/**
 * Reads what the group has committed for `partitions`, with the completions beyond it, which kafkajs' own look-up
 * throws away. A partition without a commit begins at the start of its log.
 */
export async function readResumptions(
  admin: Admin,
  groupId: string,
  partitions: readonly TopicPartition[],
): Promise<Resumption[]> {
  const topics = [...new Set(partitions.map(({ topic }) => topic))];
  if (topics.length === 0) return [];
  const commits = await admin.fetchOffsets({ groupId, topics });
  const bounds = await readBounds(admin, topics);
  return partitions.map(({ topic, partition }) => {
    const commit = commits
      .find((one) => one.topic === topic)
      ?.partitions.find((one) => one.partition === partition);
    const log = bounds.get(topic)?.get(partition);
    if (!commit || !log) throw new Error(`the cluster says nothing of ${topic}:${partition}`);
    return resumeAt({ topic, partition }, Number(commit.offset), commit.metadata, log);
  });
}

/** The first offset and the end of every partition of `topics`. */
export async function readBounds(
  admin: Admin,
  topics: readonly string[],
): Promise<Map<string, Map<number, LogBounds>>> {
  const bounds = new Map<string, Map<number, LogBounds>>();
  for (const topic of topics) {
    const offsets = await admin.fetchTopicOffsets(topic);
    bounds.set(
      topic,
      new Map(
        offsets.map(({ partition, low, high }) => [
          partition,
          { lowOffset: Number(low), endOffset: Number(high) },
        ]),
      ),
    );
  }
  return bounds;
}

/** Decides from the commit (-1 is none) and the log's bounds where to go on. */
export function resumeAt(
  at: TopicPartition,
  committed: number,
  metadata: string | null,
  { lowOffset, endOffset }: LogBounds,
): Resumption {
  const log = { lowOffset, endOffset };
  if (committed < 0) return { ...at, ...log, committed: lowOffset, completed: [], gap: undefined };
  if (committed > endOffset) {
    // Nothing that was committed is about this log: to read it all again loses nothing.
    const gap: Gap = { ...at, from: committed, to: lowOffset, reason: 'log_replaced' };
    return { ...at, ...log, committed: lowOffset, completed: [], gap };
  }
  const gap: Gap | undefined =
    committed < lowOffset ? { ...at, from: committed, to: lowOffset, reason: 'expired' } : undefined;
  return { ...at, ...log, committed, completed: decodeCompletions(committed, metadata), gap };
}
