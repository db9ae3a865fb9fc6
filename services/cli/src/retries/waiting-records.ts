import { decodeDeliveryHeaders } from '@herald/contracts/headers';
import { RETRY_TOPICS, retryTopic, tierOfTopic } from '@herald/contracts/topics';
import type { Delivery } from '@herald/domain/delivery';
import type { RetryTierName } from '@herald/domain/retry-tiers';
import type { KafkaConnection } from '@herald/kafka/connection';
import { openGroupProgress, type PartitionProgress } from '@herald/kafka/group-progress';
import { isRefused } from '@herald/kafka/kafkajs-errors';
import { createPartitionReader, type PartitionReader } from '@herald/kafka/partition-reader';
import { patiently } from '@herald/kafka/patience';
import { type Cancellations, cancellationsFromNow } from './cancellations.ts';

/** The dispatcher's group that waits and forwards. */
const RETRY_GROUP = 'herald.retry';

const FETCH_BYTES = 1024 * 1024;

const COORDINATOR_PATIENCE_MS = 15_000;

/** Of one scan, with the waiting for brokers that are away: then it rejects. */
const SCAN_TIMEOUT_MS = 10 * 60_000;

/** A delivery that waits in a retry topic. */
export interface WaitingRecord {
  tier: RetryTierName;
  topic: string;
  partition: number;
  offset: number;
  /** When the tier took it. */
  appendedAtMs: number;
  delivery: Delivery;
  headers: Readonly<Record<string, Buffer | undefined>>;
  /** Lies in the answer to a fetch: copy what is kept. */
  value: Buffer | null;
}

/** A part of a retry topic: nothing at `to` or behind it. */
export interface Stretch {
  topic: string;
  partition: number;
  to: number;
}

export interface Within {
  tier?: RetryTierName | undefined;
  /** Leaves out the partitions that it does not name. */
  stretches?: readonly Stretch[];
}

/** What waits in the retry topics, from Kafka alone. */
export interface RetryTopics {
  /**
   * Everything that the dispatcher has not dealt with yet, as it was at the beginning, in the order of each partition.
   * Reads as it goes: nothing is kept, and of what is left out nothing is read.
   */
  scan(within?: Within): AsyncGenerator<WaitingRecord>;
  /** Resolves at the moment from which on those are read that an order gives up. */
  cancellations(): Promise<Cancellations>;
  close(): Promise<void>;
}

export function openRetryTopics(connection: KafkaConnection): RetryTopics {
  const reader = createPartitionReader(connection);
  const progress = openGroupProgress({ connection, groupId: RETRY_GROUP, topics: RETRY_TOPICS });
  return {
    async *scan({ tier, stretches } = {}) {
      const signal = AbortSignal.timeout(SCAN_TIMEOUT_MS);
      // The coordinator of a group is not there at once, after a start of the brokers.
      const patience = AbortSignal.any([signal, AbortSignal.timeout(COORDINATOR_PATIENCE_MS)]);
      for (const partition of await patiently(() => progress.read(), patience, isRefused)) {
        if (tier !== undefined && partition.topic !== retryTopic(tier)) continue;
        const end = stretches
          ? (stretches.find((one) => one.topic === partition.topic && one.partition === partition.partition)
              ?.to ?? 0)
          : partition.endOffset;
        yield* waitingIn(reader, partition, Math.min(end, partition.endOffset), signal);
      }
    },
    cancellations: () => cancellationsFromNow(reader),
    async close() {
      await Promise.all([reader.close(), progress.close()]);
    },
  };
}

async function* waitingIn(
  reader: PartitionReader,
  { topic, partition, committedOffset, completed }: PartitionProgress,
  to: number,
  signal: AbortSignal,
): AsyncGenerator<WaitingRecord> {
  const isComplete = completedBy(completed);
  const tier = tierOfTopic(topic) as RetryTierName;
  for (let from = committedOffset; from < to; ) {
    const read = await reader.read({ topic, partition, from, to, maxBytes: FETCH_BYTES }, signal);
    if (read.kind === 'expired') {
      from = read.lowOffset;
      continue;
    }
    for (const record of read.records) {
      if (isComplete(record.offsetNumber)) continue;
      const { headers } = record;
      const decoded = decodeDeliveryHeaders(headers);
      // A foreign record: the dispatcher puts it to poison.
      if (!decoded.ok) continue;
      yield {
        tier,
        topic,
        partition,
        offset: record.offsetNumber,
        appendedAtMs: record.timestampMs,
        delivery: decoded.delivery,
        headers,
        value: record.value,
      };
    }
    if (read.nextOffset === from) return;
    from = read.nextOffset;
  }
}

/** To be asked in rising order. */
function completedBy(ranges: PartitionProgress['completed']): (offset: number) => boolean {
  let at = 0;
  return (offset) => {
    while (at < ranges.length && ranges[at]!.end <= offset) at += 1;
    return at < ranges.length && ranges[at]!.start <= offset;
  };
}
