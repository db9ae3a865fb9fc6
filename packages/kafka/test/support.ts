import { randomUUID } from 'node:crypto';
import { vi } from 'vitest';
import { createBatchingProducer } from '../src/batching-producer.ts';
import { createKafka, type KafkaConnection } from '../src/connection.ts';
import { createLane, type Lane, type LaneHandler, type LaneOptions } from '../src/lane.ts';
import type { LaneRecord, TopicPartition } from '../src/record.ts';
import { applyTopics } from '../src/topics.ts';

/** Waits for what `look` says without an exception. */
export function eventually<T>(look: () => T | Promise<T>, timeoutMs = 30_000): Promise<T> {
  return vi.waitFor(look, { timeout: timeoutMs, interval: 25 });
}

export async function createTopic(
  connection: KafkaConnection,
  options: { partitions: number; config?: Record<string, string>; replicationFactor?: number },
): Promise<string> {
  const { partitions, config = {}, replicationFactor = 1 } = options;
  const name = `kit-${randomUUID()}`;
  await applyTopics(connection, [{ name, partitions, keyed: true, config }], { replicationFactor });
  return name;
}

/** Writes the numbers `[from, to)`, one a record, round the partitions. */
export async function produceNumbers(
  connection: KafkaConnection,
  topic: string,
  options: { from: number; to: number; partitions: number },
): Promise<void> {
  const producer = await createBatchingProducer({ connection });
  const { from, to, partitions } = options;
  await producer.send(
    Array.from({ length: to - from }, (_, i) => ({
      topic,
      partition: (from + i) % partitions,
      key: null,
      value: Buffer.from(String(from + i)),
    })),
  );
  await producer.close();
}

export const numberOf = (record: LaneRecord) => Number(record.value!.toString());

/** What a handler does with a record; the default completes it at once. */
export type Work = (record: LaneRecord, lane: Lane) => void;

export interface Reader {
  lane: Lane;
  received: LaneRecord[];
  lost: TopicPartition[];
  errors: Error[];
  numbers(): number[];
}

/** A lane that notes what it gets. `suspend` resolves at once unless it is overridden. */
export function createReader(
  options: {
    connection: KafkaConnection;
    groupId: string;
    topics: string[];
    work?: Work;
  } & Partial<LaneOptions> & {
      suspend?: LaneHandler['suspend'];
      resume?: () => void;
    },
): Reader {
  const {
    work = (record, lane) => lane.complete(record),
    suspend = async () => {},
    resume,
    ...rest
  } = options;
  const received: LaneRecord[] = [];
  const lost: TopicPartition[] = [];
  const errors: Error[] = [];
  const lane = createLane({
    windowRecords: 1_000,
    windowBytes: 10 * 1024 * 1024,
    onFatal: (error) => errors.push(error),
    ...rest,
    handler: {
      receive(record) {
        received.push(record);
        work(record, lane);
      },
      suspend,
      resume(partitions) {
        lost.push(...partitions);
        resume?.();
      },
    },
  });
  return { lane, received, lost, errors, numbers: () => received.map(numberOf).sort((a, b) => a - b) };
}

export const range = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i);

/** What the group has committed for partition 0. */
export async function committedOf(
  connection: KafkaConnection,
  groupId: string,
  topic: string,
  partition = 0,
) {
  const admin = createKafka(connection).admin();
  await admin.connect();
  const [offsets] = await admin.fetchOffsets({ groupId, topics: [topic] });
  await admin.disconnect();
  const commit = offsets!.partitions.find((one) => one.partition === partition)!;
  return { offset: Number(commit.offset), metadata: commit.metadata };
}

/** Takes a moment for each record, ten at a time, and starts nothing after `suspend`. */
export class SlowWork {
  readonly started: number[] = [];
  readonly #queue: { record: LaneRecord; done: () => void }[] = [];
  #inFlight = 0;
  #suspended = false;
  #onIdle: (() => void) | undefined;

  start(record: LaneRecord, done: () => void): void {
    this.#queue.push({ record, done });
    this.#pump();
  }

  /** Starts what was left, but what `resume` of the lane said was lost. */
  resume(): void {
    this.#suspended = false;
    const kept = this.#queue.filter(({ record }) => record.claim.isCurrent());
    this.#queue.splice(0, this.#queue.length, ...kept);
    this.#pump();
  }

  suspend(): Promise<void> {
    this.#suspended = true;
    return new Promise((resolve) => {
      this.#onIdle = resolve;
      if (this.#inFlight === 0) resolve();
    });
  }

  #pump(): void {
    while (!this.#suspended && this.#inFlight < 10 && this.#queue.length > 0) {
      const { record, done } = this.#queue.shift()!;
      this.#inFlight += 1;
      this.started.push(numberOf(record));
      setTimeout(
        () => {
          this.#inFlight -= 1;
          done();
          if (this.#inFlight === 0) this.#onIdle?.();
          this.#pump();
        },
        1 + (record.offset % 7),
      );
    }
  }
}
