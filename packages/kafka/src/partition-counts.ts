import type { Kafka } from 'kafkajs';
import { patiently } from './patience.ts';

/**
 * How many partitions `topic` has; waits for a topic that is not there yet. A keyed topic never gets more of them,
 * so the answer stays true. Rejects only when `signal` is aborted.
 */
export function countPartitions(kafka: Kafka, topic: string, signal: AbortSignal): Promise<number> {
  const ask = async () => {
    const admin = kafka.admin({ retry: { retries: 0 } });
    try {
      await admin.connect();
      const { topics } = await admin.fetchTopicMetadata({ topics: [topic] });
      const partitions = topics[0]?.partitions.length ?? 0;
      if (partitions === 0) throw new Error(`topic ${topic} has no partitions yet`);
      return partitions;
    } finally {
      await admin.disconnect().catch(() => {});
    }
  };
  return patiently(ask, signal, () => false);
}
