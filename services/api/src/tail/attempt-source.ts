import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Decoder } from '@herald/contracts/codec';
import type { DeliveryAttempt } from '@herald/contracts/generated/delivery-attempt';
import { TOPICS } from '@herald/contracts/topics';
import type { Recorded } from '@herald/domain/erasure';
import type { KafkaConnection } from '@herald/kafka/connection';
import type { FetchedPart } from '@herald/kafka/fetched-part';
import type { FetchedRecord } from '@herald/kafka/fetched-record';
import { createPartitionReader, type PartitionReader } from '@herald/kafka/partition-reader';
import { followTopic } from '@herald/kafka/topic-follower';
import type { LogRange } from './resumption.ts';

/** One attempt where it stands in webhook.attempts. */
export interface PlacedAttempt {
  partition: number;
  offset: number;
  attempt: DeliveryAttempt;
}

export interface Listener {
  /** Nothing of another account is ever handed to it. */
  accountId: string;
  onAttempt(placed: PlacedAttempt): void;
  /** Nothing will come any more: Kafka's log is another one than it was. */
  onEnd(): void;
}

/** The attempts of one account, from the moment of listening. */
export interface Listening {
  /** The offset that each partition is heard from next; it moves on with the attempts of all accounts. */
  readonly next: readonly number[];
  /** First offset and end of each partition, as Kafka says it now. */
  bounds(signal: AbortSignal): Promise<LogRange[]>;
  /** One look at what was before; waits for brokers until `signal` is aborted. */
  readBack(partition: number, from: number, signal: AbortSignal): Promise<ReadBack>;
  stop(): void;
}

export interface ReadBack {
  attempts: PlacedAttempt[];
  nextOffset: number;
  /** Whether something before was not there any more. */
  expired: boolean;
}

export interface AttemptSource {
  /** `signal` ends the listening. Waits for Kafka; rejects when the source is closed or refused meanwhile. */
  listen(listener: Listener, signal: AbortSignal): Promise<Listening>;
  close(): Promise<void>;
}

export interface AttemptSourceOptions {
  connection: KafkaConnection;
  decoder: Decoder<DeliveryAttempt>;
  /** Such an attempt is never handed to anybody, neither when it is made nor later. */
  isErased: (recorded: Recorded) => boolean;
  onUndecodable: (at: { partition: number; offset: number; detail: string }) => void;
  onBroken: (error: unknown) => void;
}

const FETCH_BYTES = 256 * 1024;
const LOOK_BYTES = 256 * 1024;

/** A fetch decodes to thousands of records: the requests of others get their turns between. */
const RECORDS_A_TURN = 50;

/**
 * One reader of webhook.attempts for all who listen in this process. It begins with the first and ends after the
 * last, so that nobody pays for a tail that nobody looks at.
 */
export function createAttemptSource(options: AttemptSourceOptions): AttemptSource {
  let current: Following | undefined;
  return {
    async listen(listener, signal) {
      current = current && !current.ended ? current : new Following(options);
      return current.add(listener, signal);
    },
    close: async () => current?.end(),
  };
}

class Following {
  readonly #options: AttemptSourceOptions;
  readonly #reader: PartitionReader;
  readonly #listeners = new Map<string, Set<Listener>>();
  readonly #stopping = new AbortController();
  readonly #next: number[] = [];
  readonly #started: Promise<void>;
  #followed: Promise<void> = Promise.resolve();

  constructor(options: AttemptSourceOptions) {
    this.#options = options;
    this.#reader = createPartitionReader(options.connection);
    this.#started = this.#start();
    this.#started.catch(() => void this.end());
  }

  get ended(): boolean {
    return this.#stopping.signal.aborted;
  }

  async add(listener: Listener, signal: AbortSignal): Promise<Listening> {
    const { accountId } = listener;
    const own = this.#listeners.get(accountId) ?? new Set();
    this.#listeners.set(accountId, own.add(listener));
    const stop = () => this.#remove(listener);
    signal.addEventListener('abort', stop, { once: true });
    await this.#started;
    return {
      next: this.#next,
      bounds: (until) => this.#bounds(until),
      readBack: (partition, from, until) => this.#readBack(accountId, partition, from, until),
      stop,
    };
  }

  async end(): Promise<void> {
    this.#stopping.abort();
    for (const listeners of this.#listeners.values()) for (const { onEnd } of listeners) onEnd();
    this.#listeners.clear();
    await this.#followed;
    await this.#reader.close();
  }

  #remove(listener: Listener): void {
    const own = this.#listeners.get(listener.accountId);
    own?.delete(listener);
    if (own?.size === 0) this.#listeners.delete(listener.accountId);
    if (this.#listeners.size === 0 && !this.ended) void this.end();
  }

  async #start(): Promise<void> {
    const { signal } = this.#stopping;
    const bounds = await this.#bounds(signal);
    this.#next.push(...bounds.map(({ endOffset }) => endOffset));
    this.#followed = followTopic({
      connection: this.#options.connection,
      topic: TOPICS.attempts,
      from: this.#next,
      maxBytes: FETCH_BYTES,
      onPart: (part) => this.#hearPart(part),
      signal,
    }).catch((error) => {
      this.#options.onBroken(error);
      // Not awaited: the end waits for this very promise.
      void this.end();
    });
  }

  async #bounds(signal: AbortSignal): Promise<LogRange[]> {
    const bounds = await this.#reader.bounds(TOPICS.attempts, signal);
    return Array.from({ length: bounds.size }, (_, partition) => bounds.get(partition)!);
  }

  async #hearPart({ partition, records, nextOffset }: FetchedPart): Promise<void> {
    for (const [index, record] of records.entries()) {
      if (index % RECORDS_A_TURN === RECORDS_A_TURN - 1) await nextTurn();
      const attempt = await this.#read(partition, record);
      // Before it is handed over: with it, a listener has heard all up to here.
      this.#next[partition] = record.offsetNumber + 1;
      if (!attempt) continue;
      const placed = { partition, offset: record.offsetNumber, attempt };
      for (const listener of this.#listeners.get(attempt.account_id) ?? []) listener.onAttempt(placed);
    }
    this.#next[partition] = nextOffset;
  }

  async #readBack(
    accountId: string,
    partition: number,
    from: number,
    signal: AbortSignal,
  ): Promise<ReadBack> {
    const range = { topic: TOPICS.attempts, partition, from, maxBytes: LOOK_BYTES };
    const read = await this.#reader.read(range, signal);
    if (read.kind === 'expired') return { attempts: [], nextOffset: read.lowOffset, expired: true };
    const attempts: PlacedAttempt[] = [];
    for (const [index, record] of read.records.entries()) {
      if (index % RECORDS_A_TURN === RECORDS_A_TURN - 1) await nextTurn();
      const attempt = await this.#read(partition, record);
      if (attempt?.account_id === accountId)
        attempts.push({ partition, offset: record.offsetNumber, attempt });
    }
    return { attempts, nextOffset: read.nextOffset, expired: false };
  }

  /** Undefined for what nobody is to hear of. */
  async #read(partition: number, record: FetchedRecord): Promise<DeliveryAttempt | undefined> {
    const decoded = await this.#options.decoder.decode(record.value);
    if (decoded.ok) return this.#options.isErased(recordedOf(decoded.value)) ? undefined : decoded.value;
    this.#options.onUndecodable({ partition, offset: record.offsetNumber, detail: decoded.detail });
    return undefined;
  }
}

function recordedOf(attempt: DeliveryAttempt): Recorded {
  return {
    accountId: attempt.account_id,
    publicationId: attempt.publication_id,
    origin: {
      topic: attempt.origin_topic,
      partition: attempt.origin_partition,
      offset: attempt.origin_offset,
    },
  };
}
