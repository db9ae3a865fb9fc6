import type { Producer } from 'kafkajs';
import type { EncodedBatch } from './encoded-batch.ts';

/** How long the leader may wait for its followers before it says that it could not; below the request time-out. */
const replicationTimeoutMs = 10_000;

/**
 * Sends each batch once and resolves when no request that carries one is under way. Then every batch has its leader's
 * `reply`, or one that says why there is none. Never rejects.
 *
 * kafkajs' own answer proves nothing: a partition whose leader it does not know is left out without an error, and
 * with retries a partition whose leader moved to a broker that has answered counts as written. So a batch is written
 * only when a reply to a request that carried it says so for its topic and partition; everything else is sent again.
 */
export async function produceOnce(producer: Producer, batches: readonly EncodedBatch[]): Promise<void> {
  const topics = new Map<string, EncodedBatch[]>();
  for (const batch of batches) {
    batch.request = undefined;
    batch.reply = undefined;
    const ofTopic = topics.get(batch.topic);
    if (ofTopic) ofTopic.push(batch);
    else topics.set(batch.topic, [batch]);
  }
  let failure = 'not in the reply';
  try {
    await producer.sendBatch({
      acks: -1,
      timeout: replicationTimeoutMs,
      topicMessages: [...topics].map(([topic, messages]) => ({ topic, messages })),
    });
  } catch (error) {
    failure = (error as Error).message;
    // kafkajs rejects at the first broker that fails. The others may still write what they were sent.
    await Promise.allSettled(batches.map(({ request }) => request));
  }
  for (const batch of batches) batch.reply ??= { written: false, error: failure };
}

/** Errors that the same bytes meet at every try. In a batch of several it may be one record's fault. */
export function isRefusal(error: string): boolean {
  return ['MESSAGE_TOO_LARGE', 'RECORD_LIST_TOO_LARGE', 'INVALID_RECORD', 'INVALID_TIMESTAMP'].includes(
    error,
  );
}
