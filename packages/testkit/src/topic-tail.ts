import { randomUUID } from 'node:crypto';
import { createKafka, type KafkaConnection } from '@herald/kafka/connection';
import { eventually } from './eventually.ts';

/** A record as it stands in its topic. */
export interface TailedRecord {
  topic: string;
  partition: number;
  offset: number;
  key: Buffer | null;
  value: Buffer | null;
  headers: Record<string, Buffer | undefined>;
  timestampMs: number;
}

/** Reads topics from their beginning on and goes on as they grow: a witness that stands beside Herald. */
export interface TopicTail {
  /**
   * Resolves when everything that was in the topics at the time of the call was handed over. Rejects with the first
   * failure of `onRecord`, too.
   */
  caughtUp(timeoutMs?: number): Promise<void>;
  close(): Promise<void>;
}

export interface TopicTailOptions {
  connection: KafkaConnection;
  topics: readonly string[];
  /** Called for each record, in the order of its partition; the next one waits until it has resolved. */
  onRecord: (record: TailedRecord) => void | Promise<void>;
}

export async function tailTopics({ connection, topics, onRecord }: TopicTailOptions): Promise<TopicTail> {
  const kafka = createKafka(connection);
  const groupId = `herald-tail-${randomUUID()}`;
  const admin = kafka.admin();
  const consumer = kafka.consumer({ groupId, maxWaitTimeInMs: 200, allowAutoTopicCreation: false });
  const nextOffsets = new Map<string, number>();
  let failure: { error: unknown } | undefined;

  await admin.connect();
  await consumer.connect();
  await consumer.subscribe({ topics: [...topics], fromBeginning: true });
  await consumer.run({
    autoCommit: false,
    eachMessage: async ({ topic, partition, message }) => {
      const { key, value, timestamp } = message;
      const offset = Number(message.offset);
      const headers = message.headers as Record<string, Buffer | undefined> | undefined;
      const timestampMs = Number(timestamp);
      try {
        await onRecord({ topic, partition, offset, key, value, headers: headers ?? {}, timestampMs });
      } catch (error) {
        failure ??= { error };
      }
      nextOffsets.set(`${topic}:${partition}`, offset + 1);
    },
  });

  async function missing(): Promise<string[]> {
    const perTopic = await Promise.all(
      topics.map(async (topic) => ({ topic, ends: await admin.fetchTopicOffsets(topic) })),
    );
    return perTopic.flatMap(({ topic, ends }) =>
      ends
        .filter(({ low, high }) => Number(high) > Number(low))
        .map(({ partition, high }) => ({ at: `${topic}:${partition}`, end: Number(high) }))
        .filter(({ at, end }) => (nextOffsets.get(at) ?? 0) < end)
        .map(({ at, end }) => `${at} is read to ${nextOffsets.get(at) ?? 0} of ${end}`),
    );
  }

  return {
    caughtUp: (timeoutMs = 30_000) =>
      eventually(
        async () => {
          const behind = await missing();
          if (failure) throw failure.error;
          if (behind.length > 0) throw new Error(`Not read to the end: ${behind.join(', ')}`);
        },
        { timeoutMs },
      ),
    async close() {
      await consumer.disconnect();
      // The group has served its purpose; a failure to forget it hurts nobody.
      await admin.deleteGroups([groupId]).catch(() => {});
      await admin.disconnect();
    },
  };
}
