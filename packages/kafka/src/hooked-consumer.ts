import { randomUUID } from 'node:crypto';
import type { Admin, Consumer } from 'kafkajs';
import { coPartitionedAssigner } from './assigner.ts';
import { createKafka, type KafkaConnection } from './connection.ts';
import { typeOf } from './kafkajs-errors.ts';
import { type GroupHooks, hookConsumer } from './patches.ts';
import { pause } from './patience.ts';

const topicsDeadlineMs = 10_000;

/** kafkajs' consumer, with the kit's settings and with `hooks` in place of what kafkajs does about membership and fetches. */
export function createHookedConsumer(
  options: {
    connection: KafkaConnection;
    groupId: string;
    minBytes?: number;
    assigner?: { coPartitioned: true; instanceId: string };
    sessionTimeoutMs?: number;
    rebalanceTimeoutMs?: number;
  },
  hooks: GroupHooks,
  isStopping: () => boolean,
): Consumer {
  const { assigner, sessionTimeoutMs = 45_000, rebalanceTimeoutMs = 60_000 } = options;
  const createAssigner = coPartitionedAssigner(assigner?.instanceId ?? randomUUID());
  return createKafka(options.connection).consumer({
    groupId: options.groupId,
    partitionAssigners: [
      (config) => {
        hookConsumer(config.cluster, hooks);
        return createAssigner(config);
      },
    ],
    sessionTimeout: sessionTimeoutMs,
    rebalanceTimeout: rebalanceTimeoutMs,
    heartbeatInterval: Math.min(3_000, sessionTimeoutMs / 3),
    minBytes: options.minBytes ?? 1,
    maxBytesPerPartition: 512 * 1024,
    maxBytes: 8 * 1024 * 1024,
    metadataMaxAge: 60_000,
    allowAutoTopicCreation: false,
    retry: {
      // Counted over the consumer's whole life, and the pause grows with the count: five lost connections in a
      // month would end it, and the next would be waited for half a minute.
      retries: Number.MAX_SAFE_INTEGER,
      initialRetryTime: 100,
      maxRetryTime: 1_000,
      // kafkajs sets a timer to restart also when it was told to disconnect while it crashed.
      restartOnFailure: async () => !isStopping(),
    },
  });
}

/** Joins and fetches; what is fetched goes to the hooks. */
export function runConsumer(consumer: Consumer): Promise<void> {
  return consumer.run({ autoCommit: false, eachBatchAutoResolve: false, eachBatch: async () => {} });
}

/** Throws when one of `topics` does not exist, after some time for a topic that was created just now. */
export async function requireTopics(
  admin: Admin,
  topics: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  const deadlineMs = Date.now() + topicsDeadlineMs;
  for (;;) {
    try {
      await admin.fetchTopicMetadata({ topics: [...topics] });
      return;
    } catch (error) {
      const isMissing = typeOf(error) === 'UNKNOWN_TOPIC_OR_PARTITION';
      if (signal.aborted) throw error;
      if (isMissing && Date.now() > deadlineMs) {
        throw new Error(`a topic of ${topics.join(', ')} does not exist: create them first`, {
          cause: error,
        });
      }
      await pause(250, signal);
    }
  }
}
