import { Partitioners } from 'kafkajs';
import { createKafka, type KafkaConnection } from './connection.ts';
import { FlushMarks } from './flush-marks.ts';
import { partitionForKey } from './murmur2.ts';
import { type Handover, Outbox } from './outbox.ts';
import { countPartitions } from './partition-counts.ts';
import { patiently } from './patience.ts';
import type { OutgoingRecord } from './record.ts';
import { type FlushedBatch, Rounds } from './rounds.ts';

export type { FlushedBatch } from './rounds.ts';

export type Haste = 'urgent' | 'lingering';

export interface BatchingProducer {
  /**
   * Hands over records that belong together (they may span topics and partitions); `done` is called once, when
   * all of them are acknowledged by all in-sync replicas. Never throws and never drops: sends again without
   * bound, so callers cap on `pendingRecords`. `done` gets an error only for a record that can never be written:
   * larger than its topic takes, to a partition that does not exist, or handed over after `close`.
   *
   * `lingering` is for records that nobody waits for: they go along with the next ones, or after `lingerMs`.
   */
  enqueue(records: readonly OutgoingRecord[], done: (error?: Error) => void, haste?: Haste): void;
  /** `enqueue` as a promise. */
  send(records: readonly OutgoingRecord[]): Promise<void>;
  /** One record; resolves with where it was written. */
  sendOne(record: OutgoingRecord): Promise<{ partition: number; offset: number }>;
  /** Handed over and not yet acknowledged. */
  readonly pendingRecords: number;
  /** Resolves when everything handed over before is acknowledged. */
  flush(): Promise<void>;
  /** `flush`, then disconnect. */
  close(): Promise<void>;
}

export interface BatchingProducerOptions {
  connection: KafkaConnection;
  /** Called after each acknowledged record batch, for metrics. */
  onBatch?: (batch: FlushedBatch) => void;
  /** A record batch is cut here, default 512 KiB. */
  maxBatchBytesPerPartition?: number;
  /** How long a lingering record waits for company, default 20. */
  lingerMs?: number;
}

/** Resolves when it is connected; waits for brokers that are not there yet. */
export async function createBatchingProducer(options: BatchingProducerOptions): Promise<BatchingProducer> {
  const { connection, maxBatchBytesPerPartition = 512 * 1024, lingerMs = 20, onBatch } = options;
  const kafka = createKafka(connection);
  const producer = kafka.producer({
    retry: { retries: 0 },
    idempotent: false,
    allowAutoTopicCreation: false,
    metadataMaxAge: 60_000,
    createPartitioner: Partitioners.DefaultPartitioner,
  });
  const ended = new AbortController();
  await patiently(() => producer.connect(), ended.signal);

  const rounds = new Rounds({ producer, lingerMs, logger: connection.logger, onBatch });
  const topics = new Map<string, TopicOutboxes>();
  const marks = new FlushMarks();
  let pendingRecords = 0;
  let closing = false;

  function outboxesOf(topic: string): TopicOutboxes {
    let outboxes = topics.get(topic);
    if (!outboxes) {
      outboxes = new TopicOutboxes(topic, maxBatchBytesPerPartition, rounds);
      topics.set(topic, outboxes);
      countPartitions(kafka, topic, ended.signal).then(
        (count) => outboxes!.open(count),
        () => {}, // closed: there are no records that still wait
      );
    }
    return outboxes;
  }

  function handOver(
    records: readonly OutgoingRecord[],
    done: Handover['done'],
    haste: Haste = 'urgent',
  ): void {
    if (closing || records.length === 0) {
      const error = closing ? new Error('the producer is closed') : undefined;
      queueMicrotask(() => done({ pending: 0, error, written: undefined, done }));
      return;
    }
    const epoch = marks.begun();
    const handover: Handover = {
      pending: records.length,
      error: undefined,
      written: undefined,
      done(finished) {
        pendingRecords -= records.length;
        marks.finished(epoch);
        done(finished);
      },
    };
    pendingRecords += records.length;
    for (const record of records) outboxesOf(record.topic).add(record, handover, haste);
  }

  function flush(): Promise<void> {
    rounds.hurry();
    return marks.flush();
  }

  return {
    enqueue: (records, done, haste) =>
      handOver(records, ({ error }) => (error ? done(error) : done()), haste),
    send: (records) =>
      new Promise((resolve, reject) => {
        handOver(records, ({ error }) => (error ? reject(error) : resolve()));
      }),
    sendOne: (record) =>
      new Promise((resolve, reject) => {
        handOver([record], ({ error, written }) => (written ? resolve(written) : reject(error)));
      }),
    get pendingRecords() {
      return pendingRecords;
    },
    flush,
    async close() {
      closing = true;
      await flush();
      ended.abort();
      rounds.stop();
      await producer.disconnect();
    },
  };
}

/** The outboxes of one topic. Until it is known how many partitions there are, records wait in front of them. */
class TopicOutboxes {
  readonly #topic: string;
  readonly #maxBatchBytes: number;
  readonly #rounds: Pick<Rounds, 'add'>;
  readonly #outboxes: Outbox[] = [];
  #unrouted: { record: OutgoingRecord; handover: Handover }[] = [];
  #turn = 0;

  constructor(topic: string, maxBatchBytes: number, rounds: Pick<Rounds, 'add'>) {
    this.#topic = topic;
    this.#maxBatchBytes = maxBatchBytes;
    this.#rounds = rounds;
  }

  open(partitions: number): void {
    for (let p = 0; p < partitions; p++) this.#outboxes.push(new Outbox(this.#topic, p, this.#maxBatchBytes));
    const unrouted = this.#unrouted;
    this.#unrouted = [];
    // They have waited, and someone may be flushing them.
    for (const { record, handover } of unrouted) this.add(record, handover, 'urgent');
  }

  add(record: OutgoingRecord, handover: Handover, haste: Haste): void {
    if (this.#outboxes.length === 0) {
      this.#unrouted.push({ record, handover });
      return;
    }
    const outbox = this.#outboxes[this.#partitionOf(record)];
    if (outbox) {
      outbox.add(record, handover);
      this.#rounds.add(outbox, haste === 'lingering');
      return;
    }
    const count = this.#outboxes.length;
    handover.error = new Error(
      `${this.#topic}:${record.partition} does not exist; there are ${count} partitions`,
    );
    handover.pending -= 1;
    if (handover.pending === 0) queueMicrotask(() => handover.done(handover));
  }

  #partitionOf({ partition, key }: OutgoingRecord): number {
    if (partition !== undefined) return partition;
    if (key !== null) return partitionForKey(key, this.#outboxes.length);
    // Records without a key fill one batch together, and the next batch is another partition's.
    const { isEmpty, isOnItsWay } = this.#outboxes[this.#turn]!;
    if (isEmpty || isOnItsWay) this.#turn = (this.#turn + 1) % this.#outboxes.length;
    return this.#turn;
  }
}
