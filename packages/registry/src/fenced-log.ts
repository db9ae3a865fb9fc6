import type { KafkaConnection } from '@herald/kafka/connection';
import { connectCluster, type ProducerIdentity, type RawCluster } from './kafkajs-cluster.ts';

export interface LogRecord {
  key: string;
  /** Null for a tombstone. */
  value: Buffer | null;
}

/** Another writer took the log over since this one did. Nothing was written. */
export class FencedError extends Error {
  override name = 'FencedError';
}

/** A topic of one partition that one writer at a time appends to. */
export interface FencedLog {
  /**
   * Appends the records in order and resolves with the offset of the first. The first append, and the first after any
   * error, takes the log over: from then on no other writer's append succeeds, until that one takes it over in turn.
   * Rejects with FencedError where that has happened; after any other error the outcome is unknown, but what was sent
   * can no longer reach the log once the next append has succeeded.
   */
  append(records: readonly LogRecord[]): Promise<number>;
  close(): Promise<void>;
}

export interface FencedLogOptions {
  connection: KafkaConnection;
  topic: string;
  /** For one append with its connecting and taking over, milliseconds. */
  timeoutMs: number;
  now?: () => number;
}

/**
 * Taken over again after this time. Brokers forget an idle producer's epoch after a day and an idle writer's id after
 * a week; one that was forgotten would not be fenced.
 */
const MAX_TENURE_MS = 10 * 60_000;

interface Tenure {
  cluster: RawCluster;
  identity: ProducerIdentity;
  nextSequence: number;
  sinceMs: number;
}

/**
 * Fencing as Kafka's transactions do it, by the producer epoch, without a transaction: the epoch is raised through the
 * transaction coordinator, and the partition refuses a lower one as soon as it has seen the higher. A transaction would
 * leave its markers in the log, which no reader gets to see: none could tell that it has read to the end.
 */
export function createFencedLog(options: FencedLogOptions): FencedLog {
  const { connection, topic, timeoutMs, now = Date.now } = options;
  const writerId = `herald.writer.${topic}`;
  let cluster: RawCluster | undefined;
  let tenure: Tenure | undefined;

  return {
    async append(records) {
      try {
        return await withTimeout(appendWithin(records), timeoutMs, `append to ${topic}`);
      } catch (error) {
        // Sequence numbers are unsure after any error; connections too, unless the broker answered.
        tenure = undefined;
        if (isFencing(error)) {
          throw new FencedError(`${topic} was taken over by another writer`, { cause: error });
        }
        void disconnect();
        throw error;
      }
    },
    async close() {
      tenure = undefined;
      await disconnect();
    },
  };

  async function appendWithin(records: readonly LogRecord[]): Promise<number> {
    const held = await hold();
    const sequence = held.nextSequence;
    held.nextSequence += records.length;
    return held.cluster.produce(held.identity, sequence, records);
  }

  async function hold(): Promise<Tenure> {
    if (tenure && now() - tenure.sinceMs < MAX_TENURE_MS) return tenure;
    cluster ??= await connectCluster(connection, topic);
    const identity = await cluster.takeOver(writerId);
    tenure = { cluster, identity, nextSequence: 0, sinceMs: now() };
    return tenure;
  }

  async function disconnect(): Promise<void> {
    const leaving = cluster;
    cluster = undefined;
    await leaving?.disconnect().catch(() => {});
  }
}

function isFencing(error: unknown): boolean {
  const { type } = error as { type?: unknown };
  return type === 'INVALID_PRODUCER_EPOCH' || type === 'PRODUCER_FENCED';
}

async function withTimeout<T>(work: Promise<T>, timeoutMs: number, what: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const expired = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new Error(`${what}: Kafka gave no answer in ${timeoutMs} ms`)),
      timeoutMs,
    );
  });
  try {
    return await Promise.race([work, expired]);
  } finally {
    clearTimeout(timer);
  }
}
