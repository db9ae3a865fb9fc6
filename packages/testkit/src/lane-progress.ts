import { createKafka, type KafkaConnection } from '@herald/kafka/connection';

interface Position {
  topic: string;
  partition: number;
  offset: number;
}

/** How far consumer groups are, as Kafka has it. */
export interface LaneProgress {
  /** Resolves with whether a record was complete at the time of the call: below the mark that its group committed. */
  completed(): Promise<(position: Position) => boolean>;
  /** Records between the marks and the ends of the topics. */
  lagRecords(): Promise<number>;
  close(): Promise<void>;
}

/** The groups of the dispatcher, and the topics of each. */
export interface LaneGroup {
  groupId: string;
  topics: readonly string[];
}

export async function openLaneProgress(
  connection: KafkaConnection,
  groups: readonly LaneGroup[],
): Promise<LaneProgress> {
  const admin = createKafka(connection).admin();
  await admin.connect();

  /** By `topic:partition`; a partition that was never committed has none. */
  async function marks(): Promise<Map<string, number>> {
    const found = new Map<string, number>();
    for (const { groupId, topics } of groups) {
      for (const { topic, partitions } of await admin.fetchOffsets({ groupId, topics: [...topics] })) {
        for (const { partition, offset } of partitions) {
          if (Number(offset) >= 0) found.set(`${topic}:${partition}`, Number(offset));
        }
      }
    }
    return found;
  }

  return {
    async completed() {
      const found = await marks();
      return ({ topic, partition, offset }) => offset < (found.get(`${topic}:${partition}`) ?? 0);
    },
    async lagRecords() {
      const found = await marks();
      let lag = 0;
      for (const topic of groups.flatMap(({ topics }) => topics)) {
        for (const { partition, low, high } of await admin.fetchTopicOffsets(topic)) {
          lag += Number(high) - Math.max(Number(low), found.get(`${topic}:${partition}`) ?? 0);
        }
      }
      return lag;
    },
    close: () => admin.disconnect(),
  };
}
