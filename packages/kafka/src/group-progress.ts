import type { Admin } from 'kafkajs';
import { createKafka, type KafkaConnection } from './connection.ts';
import type { OffsetRange } from './offset-tracker.ts';
import type { TopicPartition } from './record.ts';
import { readBounds, resumeAt } from './restore.ts';

export interface PartitionProgress extends TopicPartition {
  /** Everything before it is complete, for all members of the group together. */
  committedOffset: number;
  /** What is complete beyond it, as far as the commit tells, in order. */
  completed: readonly OffsetRange[];
  /** Where the partition ended at the time of asking. */
  endOffset: number;
}

export interface GroupProgress {
  /** Ends first, commits after. Rejects when the brokers cannot be asked; ask again later. */
  read(): Promise<PartitionProgress[]>;
  close(): Promise<void>;
}

/** Reads from outside how far a group is. Connects with the first reading. */
export function openGroupProgress(options: {
  connection: KafkaConnection;
  groupId: string;
  topics: readonly string[];
}): GroupProgress {
  const { groupId, topics } = options;
  let admin: Promise<Admin> | undefined;

  function connection(): Promise<Admin> {
    admin ??= connect(options.connection);
    return admin;
  }

  /** Of readings that fail together each may have used another. */
  function forget(used: Promise<Admin>): void {
    if (admin === used) admin = undefined;
  }

  return {
    async read() {
      const used = connection();
      try {
        return await progressOf(await used, groupId, topics);
      } catch (error) {
        // The next reading connects anew: whatever became of this connection does not matter then.
        forget(used);
        await used.then((kafka) => kafka.disconnect()).catch(() => {});
        throw error;
      }
    },
    async close() {
      const kafka = await admin?.catch(() => undefined);
      await kafka?.disconnect();
    },
  };
}

async function progressOf(
  kafka: Admin,
  groupId: string,
  topics: readonly string[],
): Promise<PartitionProgress[]> {
  const bounds = await readBounds(kafka, topics);
  const commits = await kafka.fetchOffsets({ groupId, topics: [...topics] });
  return commits.flatMap(({ topic, partitions }) =>
    partitions.flatMap(({ partition, offset, metadata }) => {
      const log = bounds.get(topic)?.get(partition);
      if (!log) return [];
      const { committed, completed } = resumeAt({ topic, partition }, Number(offset), metadata, log);
      return [{ topic, partition, committedOffset: committed, completed, endOffset: log.endOffset }];
    }),
  );
}

async function connect(connection: KafkaConnection): Promise<Admin> {
  const admin = createKafka(connection).admin();
  await admin.connect();
  return admin;
}
