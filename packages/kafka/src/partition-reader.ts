import kafkajs, { type Admin } from 'kafkajs';
import { createKafka, type KafkaConnection } from './connection.ts';
import { fetchOnce } from './fetch.ts';
import type { FetchedPart } from './fetched-part.ts';
import type { FetchedRecord } from './fetched-record.ts';
import { isRefused, typeOf } from './kafkajs-errors.ts';
import { createFetchCluster, type FetchCluster } from './kafkajs-internals.ts';
import { endsWithin, patiently } from './patience.ts';
import type { TopicPartition } from './record.ts';
import { type LogBounds, readBounds } from './restore.ts';

/** What one look into a partition gives. */
export type PartitionRead =
  | {
      kind: 'records';
      /** Where they lie in the fetch response: copy what is kept, or all of it stays in memory. */
      records: readonly FetchedRecord[];
      /** Where to go on; `from` itself when nothing is there. */
      nextOffset: number;
      /** The end of the partition as this fetch saw it. */
      endOffset: number;
    }
  /** Nothing is at `from` any more, the first record is at `lowOffset`. */
  | { kind: 'expired'; lowOffset: number };

export interface PartitionRange extends TopicPartition {
  from: number;
  /** Not this offset and none after it; without it, to the end. */
  to?: number;
  /** Of one look. A record batch that is larger comes whole. */
  maxBytes: number;
  /**
   * As consumers read: what was aborted is left out, and nothing is there where a transaction is open. Without it
   * transactions are not looked at: for topics that only Herald writes to.
   */
  committedOnly?: boolean;
}

/** Reads ranges of partitions by offset, without a group: nothing is assigned, committed or waited for. */
export interface PartitionReader {
  /**
   * One fetch; it does not wait for records. Brokers that are away are waited for, until `signal` is aborted: then it
   * rejects. Rejects when `from` is beyond the end, which means that the log is another one.
   */
  read(range: PartitionRange, signal: AbortSignal): Promise<PartitionRead>;
  /** The first offset and the end of each partition of a topic. */
  bounds(topic: string, signal: AbortSignal): Promise<ReadonlyMap<number, LogBounds>>;
  /**
   * The first offset of each partition that Kafka took at `timestampMs` or later, by the broker's clock where the topic
   * has that; the end of the partition where there is none.
   */
  offsetsAt(topic: string, timestampMs: number, signal: AbortSignal): Promise<ReadonlyMap<number, number>>;
  /** Milliseconds that the topic keeps its records; undefined where it keeps them for ever. */
  retentionMs(topic: string, signal: AbortSignal): Promise<number | undefined>;
  close(): Promise<void>;
}

const disconnectDeadlineMs = 5_000;

/** Connects at the first look. */
export function createPartitionReader(connection: KafkaConnection): PartitionReader {
  const kafka = createKafka(connection);
  return new FetchingReader(createFetchCluster(kafka), kafka.admin());
}

class FetchingReader implements PartitionReader {
  readonly #cluster: FetchCluster;
  readonly #admin: Admin;
  #adminConnected: Promise<void> | undefined;
  #clusterConnected: Promise<void> | undefined;

  constructor(cluster: FetchCluster, admin: Admin) {
    this.#cluster = cluster;
    this.#admin = admin;
  }

  async read(range: PartitionRange, signal: AbortSignal): Promise<PartitionRead> {
    const answer = await patiently(() => this.#fetch(range), signal, isRefused);
    if (answer) return answer;
    const { topic, partition, from } = range;
    const log = (await this.bounds(topic, signal)).get(partition);
    if (!log) throw new Error(`${topic}:${partition} does not exist`);
    if (from > log.endOffset) {
      throw new Error(
        `${topic}:${partition} ends at ${log.endOffset}, before ${from}: the log is another one`,
      );
    }
    return { kind: 'expired', lowOffset: log.lowOffset };
  }

  async bounds(topic: string, signal: AbortSignal): Promise<ReadonlyMap<number, LogBounds>> {
    const bounds = await this.#ask((admin) => readBounds(admin, [topic]), signal);
    return bounds.get(topic) ?? new Map();
  }

  async offsetsAt(
    topic: string,
    timestampMs: number,
    signal: AbortSignal,
  ): Promise<ReadonlyMap<number, number>> {
    // What is below zero asks Kafka for something else: -1 for the end, -2 for the beginning.
    const timeMs = Math.max(0, timestampMs);
    const offsets = await this.#ask((admin) => admin.fetchTopicOffsetsByTimestamp(topic, timeMs), signal);
    return new Map(offsets.map(({ partition, offset }) => [partition, Number(offset)]));
  }

  async retentionMs(topic: string, signal: AbortSignal): Promise<number | undefined> {
    const { resources } = await this.#ask(
      (admin) =>
        admin.describeConfigs({
          includeSynonyms: false,
          resources: [
            { type: kafkajs.ConfigResourceTypes.TOPIC, name: topic, configNames: ['retention.ms'] },
          ],
        }),
      signal,
    );
    const value = Number(
      resources[0]?.configEntries.find(({ configName }) => configName === 'retention.ms')?.configValue,
    );
    return value >= 0 ? value : undefined;
  }

  async close(): Promise<void> {
    await endsWithin(
      Promise.all([
        this.#clusterConnected?.then(() => this.#cluster.disconnect()),
        this.#adminConnected?.then(() => this.#admin.disconnect()),
      ]),
      disconnectDeadlineMs,
    );
  }

  #ask<T>(question: (admin: Admin) => Promise<T>, signal: AbortSignal): Promise<T> {
    return patiently(
      async () => {
        this.#adminConnected ??= this.#admin.connect();
        await this.#adminConnected.catch((error) => {
          this.#adminConnected = undefined;
          throw error;
        });
        return question(this.#admin);
      },
      signal,
      isRefused,
    );
  }

  /** Undefined when `from` is not in the log. */
  async #fetch(range: PartitionRange): Promise<PartitionRead | undefined> {
    const { topic, partition, to } = range;
    await this.#follow(topic);
    const leader = this.#cluster
      .findTopicPartitionMetadata(topic)
      .find(({ partitionId }) => partitionId === partition)?.leader;
    if (leader === undefined || leader < 0) {
      await this.#cluster.refreshMetadata();
      throw new Error(`${topic}:${partition} has no leader now`);
    }
    const part = await this.#fetchFrom(String(leader), range);
    if (!part) return undefined;
    const { records, nextOffset, endOffset } = part;
    return {
      kind: 'records',
      records: to === undefined ? records : records.filter(({ offsetNumber }) => offsetNumber < to),
      nextOffset: to === undefined ? nextOffset : Math.min(nextOffset, to),
      endOffset,
    };
  }

  async #fetchFrom(
    nodeId: string,
    { topic, partition, from, maxBytes, committedOnly = false }: PartitionRange,
  ): Promise<FetchedPart | undefined> {
    try {
      const broker = await this.#cluster.findBroker({ nodeId });
      const [part] = await fetchOnce(broker, [{ topic, partition, position: from }], {
        maxWaitMs: 0,
        minBytes: 1,
        maxBytes,
        maxBytesPerPartition: maxBytes,
        committedOnly,
      });
      if (!part) throw new Error(`the answer to a fetch leaves out ${topic}:${partition}`);
      return part;
    } catch (error) {
      if (typeOf(error) === 'OFFSET_OUT_OF_RANGE') return undefined;
      // The leader has moved, or its broker is away: new metadata tells where to ask next.
      await this.#cluster.refreshMetadata().catch(() => {});
      throw error;
    }
  }

  async #follow(topic: string): Promise<void> {
    this.#clusterConnected ??= this.#cluster.connect();
    await this.#clusterConnected.catch((error) => {
      this.#clusterConnected = undefined;
      throw error;
    });
    await this.#cluster.addTargetTopic(topic);
    await this.#cluster.refreshMetadataIfNecessary();
  }
}
