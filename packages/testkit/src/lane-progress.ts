import { createKafka, type KafkaConnection } from '@herald/kafka/connection';

interface Position {
  topic: string;
  partition: number;
  offset: number;
}

/** What consumer groups have committed, as Kafka has it. */
export interface LaneProgress {
  /** Resolves with whether a record was complete at the time of the call: below the mark that a group committed. */
  completed(): Promise<(position: Position) => boolean>;
  close(): Promise<void>;
}

/** @param groups the lanes' consumer groups; a topic is read by one of them */
export async function openLaneProgress(
  connection: KafkaConnection,
  groups: readonly string[],
): Promise<LaneProgress> {
  const admin = createKafka(connection).admin();
  await admin.connect();
  return {
    async completed() {
      const marks = new Map<string, number>();
      for (const groupId of groups) {
        for (const { topic, partitions } of await admin.fetchOffsets({ groupId })) {
          for (const { partition, offset } of partitions) marks.set(`${topic}:${partition}`, Number(offset));
        }
      }
      return ({ topic, partition, offset }) => offset < (marks.get(`${topic}:${partition}`) ?? -1);
    },
    close: () => admin.disconnect(),
  };
}
