import { createKafka, type KafkaConnection } from './connection.ts';
import { fetchOnce } from './fetch.ts';
import { rotated } from './fetch-session.ts';
import type { FetchedPart } from './fetched-part.ts';
import { isRefused, typeOf } from './kafkajs-errors.ts';
import { createFetchCluster, type FetchCluster } from './kafkajs-internals.ts';
import { endsWithin, patiently } from './patience.ts';

export interface FollowOptions {
  connection: KafkaConnection;
  topic: string;
  /** The first offset to read of each partition, by partition number. */
  from: readonly number[];
  /** Of one fetch from one broker. A record batch that is larger comes whole. */
  maxBytes: number;
  /** The next fetch waits until it has resolved. */
  onPart: (part: FetchedPart) => void | Promise<void>;
  /** Ends the following. */
  signal: AbortSignal;
}

/** How long a broker waits for records to answer with. */
const MAX_WAIT_MS = 250;
const DISCONNECT_DEADLINE_MS = 5_000;

/**
 * Reads all partitions of a topic as they grow, without a group: nothing is assigned or committed, and nobody else is
 * disturbed. Each record once, in the order of its partition. Brokers that are away are waited for. Resolves when
 * `signal` is aborted; rejects when `onPart` does, and when an offset is not in the log (any more).
 */
export async function followTopic(options: FollowOptions): Promise<void> {
  const cluster = createFetchCluster(createKafka(options.connection));
  const { signal } = options;
  const next = [...options.from];
  let round = 0;
  try {
    while (!signal.aborted) {
      round += 1;
      await patiently(() => fetchRound(cluster, next, round, options), signal, isHopeless);
    }
  } catch (error) {
    if (!signal.aborted) throw error instanceof PartFailure ? error.cause : error;
  } finally {
    await endsWithin(cluster.disconnect(), DISCONNECT_DEADLINE_MS);
  }
}

/** `onPart` has failed: to read the part again would hand some of it over twice. */
class PartFailure extends Error {}

function isHopeless(error: unknown): boolean {
  return error instanceof PartFailure || isRefused(error) || typeOf(error) === 'OFFSET_OUT_OF_RANGE';
}

/** One fetch from each broker that leads partitions, at the same time. */
async function fetchRound(
  cluster: FetchCluster,
  next: number[],
  round: number,
  options: FollowOptions,
): Promise<void> {
  const { topic } = options;
  await cluster.connect();
  await cluster.addTargetTopic(topic);
  await cluster.refreshMetadataIfNecessary();
  const led = Map.groupBy(cluster.findTopicPartitionMetadata(topic), ({ leader }) => leader);
  const fetches = [...led].map(([leader, partitions]) =>
    fetchFrom(
      cluster,
      leader,
      // An answer is filled in this order: always the same, and the last would wait for all the others.
      rotated(
        partitions.map(({ partitionId }) => partitionId).filter((partition) => partition in next),
        round,
      ),
      next,
      options,
    ),
  );
  // All of them to their end: a fetch that is still under way must not meet the next round.
  const failed = (await Promise.allSettled(fetches)).find((result) => result.status === 'rejected');
  if (!failed) return;
  await cluster.refreshMetadata().catch(() => {});
  throw failed.reason;
}

async function fetchFrom(
  cluster: FetchCluster,
  leader: number,
  partitions: readonly number[],
  next: number[],
  { topic, maxBytes, onPart, signal }: FollowOptions,
): Promise<void> {
  if (leader < 0) throw new Error(`${topic}:${partitions.join(',')} has no leader now`);
  const broker = await cluster.findBroker({ nodeId: String(leader) });
  const parts = await fetchOnce(
    broker,
    partitions.map((partition) => ({ topic, partition, position: next[partition]! })),
    { maxWaitMs: MAX_WAIT_MS, minBytes: 1, maxBytes, maxBytesPerPartition: maxBytes, committedOnly: false },
  );
  for (const part of parts) {
    if (part.nextOffset === part.from || signal.aborted) continue;
    next[part.partition] = part.nextOffset;
    try {
      await onPart(part);
    } catch (cause) {
      throw new PartFailure('a part was not taken', { cause });
    }
  }
}
