import type { KafkaConnection } from '@herald/kafka/connection';
import { connectCluster, type ProducerIdentity, type RawCluster } from './kafkajs-cluster.ts';

export interface LogRecord {
  key: string;
  /** Null for a tombstone. */
  value: Buffer | null;
}

/** Another writer took the log over in the meantime. Nothing was written. */
export class FencedError extends Error {
  override name = 'FencedError';
}

/**
 * One writer's time with the log: between two appends of one tenure no other writer's append succeeds. Over with the
 * first error.
 */
export interface Tenure {
  /**
   * Appends the records in order and resolves with the offset of the first. Rejects with FencedError where nothing was
   * written because the tenure is over; after any other error the outcome is unknown, but what was sent can no longer
   * reach the log once the next tenure's first append has succeeded.
   */
  append(records: readonly LogRecord[]): Promise<number>;
}

/** A topic of one partition that one writer at a time appends to. */
export interface FencedLog {
  /** The tenure that this writer has, or a new one. The first append of a new one ends that of any other writer. */
  hold(): Promise<Tenure>;
  close(): Promise<void>;
}

export interface FencedLogOptions {
  connection: KafkaConnection;
  topic: string;
  /** For getting a tenure, and for one append, milliseconds. */
  timeoutMs: number;
  now?: () => number;
}

/**
 * A tenure is not held on to for longer. Brokers forget an idle producer's epoch after a day and an idle writer's id
 * after a week; one that was forgotten would not be fenced.
 */
const MAX_TENURE_MS = 10 * 60_000;

/**
 * Fencing as Kafka's transactions do it, by the producer epoch, without a transaction: the epoch is raised through the
 * transaction coordinator, and the partition refuses a lower one as soon as it has seen the higher. A transaction would
 * leave its markers in the log, which no reader gets to see: none could tell that it has read to the end.
 */
export function createFencedLog(options: FencedLogOptions): FencedLog {
  const { connection, topic, timeoutMs, now = Date.now } = options;
  const writerId = `herald.writer.${topic}`;
  let cluster: RawCluster | undefined;
  let current: { tenure: Tenure; sinceMs: number } | undefined;

  return {
    async hold() {
      if (current && now() - current.sinceMs < MAX_TENURE_MS) return current.tenure;
      const sinceMs = now();
      try {
        const tenure = await within(timeoutMs, takeOver);
        current = { tenure, sinceMs };
        return tenure;
      } catch (error) {
        disconnect();
        throw error;
      }
    },
    async close() {
      current = undefined;
      await cluster?.disconnect();
    },
  };

  async function takeOver(signal: AbortSignal): Promise<Tenure> {
    const connected = cluster ?? (await connectCluster(connection, topic));
    if (signal.aborted) void connected.disconnect().catch(() => {});
    signal.throwIfAborted();
    cluster = connected;
    return tenureOf(connected, await connected.takeOver(writerId));
  }

  function tenureOf(connected: RawCluster, identity: ProducerIdentity): Tenure {
    let nextSequence = 0;
    const tenure: Tenure = {
      async append(records) {
        if (current?.tenure !== tenure) throw new FencedError(`this tenure of ${topic} is over`);
        const sequence = nextSequence;
        nextSequence += records.length;
        try {
          return await within(timeoutMs, () => connected.produce(identity, sequence, records));
        } catch (error) {
          current = undefined;
          if (isFencing(error)) {
            throw new FencedError(`${topic} was taken over by another writer`, { cause: error });
          }
          disconnect();
          throw error;
        }
      },
    };
    return tenure;
  }

  /** Does not wait: a broker that does not answer would hold the writer up. */
  function disconnect(): void {
    const leaving = cluster;
    cluster = undefined;
    void leaving?.disconnect().catch(() => {});
  }
}

function isFencing(error: unknown): boolean {
  const { type } = error as { type?: unknown };
  return type === 'INVALID_PRODUCER_EPOCH' || type === 'PRODUCER_FENCED';
}

/** Gives `work` up after the time; `signal` tells it, so that it leaves nothing behind. */
async function within<T>(timeoutMs: number, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const expiry = new AbortController();
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    const error = new Error(`Kafka gave no answer in ${timeoutMs} ms`);
    expiry.abort(error);
    reject(error);
  }, timeoutMs);
  try {
    return await Promise.race([work(expiry.signal), promise]);
  } finally {
    clearTimeout(timer);
  }
}
