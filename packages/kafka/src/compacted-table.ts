import { randomUUID } from 'node:crypto';
import type { Consumer } from 'kafkajs';
import { createKafka, type KafkaConnection } from './connection.ts';
import type { FetchedPart } from './fetched-part.ts';
import type { FetchedRecord } from './fetched-record.ts';
import { createHookedConsumer, requireTopics, runConsumer } from './hooked-consumer.ts';
import { isRefused } from './kafkajs-errors.ts';
import type { GroupHooks } from './patches.ts';
import { endsWithin, patiently } from './patience.ts';
import { type LogBounds, readBounds } from './restore.ts';
import { RevisionWaits } from './revision-waits.ts';
import { TailWatch } from './tail-watch.ts';

export interface TableEntry<V> {
  value: V;
  /** The offset of the record that set it. */
  revision: number;
}

export type Decoded<V, Certain = undefined> =
  | { ok: true; value: V }
  /** `certain`: what can be said of it for all that, where there is something. */
  | { ok: false; reason: string; certain?: Certain | undefined };

/** The newest record of a key that has no value, and why it cannot be read. */
export interface UnreadableEntry<Certain> {
  revision: number;
  reason: string;
  certain: Certain | undefined;
}

/** A local copy of a compacted topic of one partition. */
export interface CompactedTable<V, Certain = undefined> {
  get(key: string): TableEntry<V> | undefined;
  entries(): Iterable<[key: string, entry: TableEntry<V>]>;
  /**
   * The keys that are there and have no value: their newest record cannot be read, and what was before it is not known.
   * Only a tombstone means that a key was deleted.
   */
  readonly unreadable: ReadonlyMap<string, UnreadableEntry<Certain>>;
  /**
   * The last offset that is applied or compacted away; -1 when the topic is empty. To learn where the end is, write
   * a tombstone for a key that nobody uses and wait for its offset: it changes nothing and no listener hears of it.
   */
  readonly revision: number;
  /** True as soon as `revision` is applied; false when `timeoutMs` (default 5,000) passed before. */
  waitForRevision(revision: number, timeoutMs?: number): Promise<boolean>;
  /**
   * `value` is undefined when a key that had one, or was unreadable, was deleted. `get` already answers the new value. Returns the
   * function that ends the subscription.
   */
  onChange(listener: (key: string, value: V | undefined, revision: number) => void): () => void;
  /**
   * False when it has been behind the end of the topic for `graceMs` (default 5,000), or has not heard for as long
   * where the end is.
   */
  isFollowing(graceMs?: number): boolean;
  stop(): Promise<void>;
}

export interface CompactedTableOptions<V, Certain = undefined> {
  connection: KafkaConnection;
  topic: string;
  /**
   * A rejection (the schema registry is down) is tried again: the table stalls and does not skip. `appendedAtMs` is the
   * broker's time where the topic has LogAppendTime.
   */
  decode: (
    key: string,
    value: Buffer,
    appendedAtMs: number,
  ) => Decoded<V, Certain> | Promise<Decoded<V, Certain>>;
  /** The record is skipped: the key keeps the value that it had, and is unreadable where it had none. */
  onUndecodable: (undecodable: { key: string; revision: number; reason: string }) => void;
  /** The table will never change again: log it and exit. */
  onFatal: (error: Error) => void;
}

/** A record ends the wait. The end of the topic is known by each answer: well below the grace that `isFollowing` is asked with. */
const maxWaitTimeMs = 500;
const disconnectDeadlineMs = 5_000;

/** Resolves when the table has read to the end. Rejects when the topic does not have exactly one partition. */
export async function openCompactedTable<V, Certain = undefined>(
  options: CompactedTableOptions<V, Certain>,
): Promise<CompactedTable<V, Certain>> {
  const table = new TopicTable(options);
  try {
    await table.open();
  } catch (error) {
    await table.stop();
    throw error;
  }
  return table;
}

class TopicTable<V, Certain> implements CompactedTable<V, Certain> {
  readonly #options: CompactedTableOptions<V, Certain>;
  readonly #consumer: Consumer;
  readonly #entries = new Map<string, TableEntry<V>>();
  readonly #unreadable = new Map<string, UnreadableEntry<Certain>>();
  readonly #listeners = new Set<(key: string, value: V | undefined, revision: number) => void>();
  readonly #waits = new RevisionWaits();
  readonly #tail = new TailWatch();
  readonly #stopping = new AbortController();
  #position = 0;
  #endOffset = 0;
  /** What was fetched before: of a leader that moves and the next an answer each may be under way. */
  #applied: Promise<void> = Promise.resolve();

  constructor(options: CompactedTableOptions<V, Certain>) {
    this.#options = options;
    const { connection, topic } = options;
    const hooks: GroupHooks = {
      rejoin: (_, join) => patiently(join, this.#stopping.signal),
      leaving: async () => {},
      fetching: () => ({
        positions: this.#stopping.signal.aborted ? [] : [{ topic, partition: 0, position: this.#position }],
        maxWaitMs: maxWaitTimeMs,
      }),
      fetched: (parts, toldAtMs) => this.#fetched(parts, toldAtMs),
      outOfRange: async () =>
        this.#fail(new Error(`${topic} does not have offset ${this.#position} any more`)),
    };
    // A group of its own, which commits nothing and is gone with its only member.
    const groupId = `${connection.clientId}.table.${topic}.${randomUUID()}`;
    const consumerOptions = { connection, groupId, sessionTimeoutMs: 30_000 };
    this.#consumer = createHookedConsumer(consumerOptions, hooks, () => this.#stopping.signal.aborted);
  }

  async open(): Promise<void> {
    const { topic } = this.#options;
    const { signal } = this.#stopping;
    const askedAtMs = performance.now();
    const log = await this.#readLog();
    // All of a topic that also forgets may be gone: then there is nothing to read up to its end.
    this.#reached(log.lowOffset);
    await patiently(() => this.#consumer.connect(), signal);
    await patiently(() => this.#consumer.subscribe({ topics: [topic], fromBeginning: true }), signal);
    const { CRASH } = this.#consumer.events;
    this.#consumer.on(CRASH, ({ payload: { error, restart } }) => {
      if (!restart) this.#fail(error);
    });
    await runConsumer(this.#consumer);
    await this.#waits.until(log.endOffset - 1, Number.POSITIVE_INFINITY);
    signal.throwIfAborted();
    this.#tail.saw(log.endOffset, this.#position, askedAtMs);
  }

  get(key: string): TableEntry<V> | undefined {
    return this.#entries.get(key);
  }

  entries(): Iterable<[string, TableEntry<V>]> {
    return this.#entries.entries();
  }

  get unreadable(): ReadonlyMap<string, UnreadableEntry<Certain>> {
    return this.#unreadable;
  }

  get revision(): number {
    return this.#position - 1;
  }

  waitForRevision(revision: number, timeoutMs = 5_000): Promise<boolean> {
    return this.#waits.until(revision, timeoutMs);
  }

  onChange(listener: (key: string, value: V | undefined, revision: number) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  isFollowing(graceMs?: number): boolean {
    return this.#tail.isFollowing(performance.now(), graceMs);
  }

  async stop(): Promise<void> {
    this.#stopping.abort(new Error('the table was stopped'));
    this.#waits.end();
    await endsWithin(this.#consumer.disconnect(), disconnectDeadlineMs);
  }

  #fetched(parts: readonly FetchedPart[], toldAtMs: number | undefined): Promise<void> {
    this.#applied = this.#applied.then(() => this.#applyAll(parts, toldAtMs));
    return this.#applied;
  }

  /** Nothing new of the partition means that it ends where it did. */
  async #applyAll(parts: readonly FetchedPart[], toldAtMs: number | undefined): Promise<void> {
    for (const part of parts) {
      this.#endOffset = part.endOffset;
      await this.#apply(part);
    }
    if (toldAtMs !== undefined) this.#tail.saw(this.#endOffset, this.#position, toldAtMs);
  }

  async #apply({ topic, from, records, nextOffset }: FetchedPart): Promise<void> {
    if (from > this.#position) return;
    for (const record of records) {
      if (this.#stopping.signal.aborted) return;
      if (record.offsetNumber < this.#position) continue;
      try {
        await this.#applyRecord(record);
      } catch (error) {
        this.#fail(new Error(`cannot apply ${topic}:${record.offsetNumber}`, { cause: error }));
        return;
      }
      this.#reached(record.offsetNumber + 1);
    }
    this.#reached(nextOffset);
  }

  async #applyRecord(record: FetchedRecord): Promise<void> {
    const { key: keyBytes, value: bytes, offsetNumber: revision, timestampMs } = record;
    const key = keyBytes?.toString() ?? '';
    if (bytes === null) {
      const wasThere = this.#unreadable.delete(key);
      if (this.#entries.delete(key) || wasThere) this.#tell(key, undefined, revision);
      return;
    }
    const { decode } = this.#options;
    const decoded = await patiently(async () => decode(key, bytes, timestampMs), this.#stopping.signal);
    if (!decoded.ok) {
      const { reason, certain } = decoded;
      if (!this.#entries.has(key)) this.#unreadable.set(key, { revision, reason, certain });
      this.#options.onUndecodable({ key, revision, reason });
      return;
    }
    this.#unreadable.delete(key);
    this.#entries.set(key, { value: decoded.value, revision });
    this.#tell(key, decoded.value, revision);
  }

  #tell(key: string, value: V | undefined, revision: number): void {
    for (const listener of this.#listeners) listener(key, value, revision);
  }

  #reached(position: number): void {
    this.#position = Math.max(this.#position, position);
    this.#waits.reached(this.#position - 1);
  }

  async #readLog(): Promise<LogBounds> {
    const { connection, topic } = this.#options;
    const { signal } = this.#stopping;
    const admin = createKafka(connection).admin();
    try {
      await patiently(() => admin.connect(), signal);
      await requireTopics(admin, [topic], signal);
      const bounds = await patiently(() => readBounds(admin, [topic]), signal, isRefused);
      const partitions = bounds.get(topic)!;
      if (partitions.size !== 1) throw new Error(`${topic} has ${partitions.size} partitions instead of 1`);
      return partitions.get(0)!;
    } finally {
      await endsWithin(admin.disconnect(), disconnectDeadlineMs);
    }
  }

  #fail(error: Error): void {
    if (this.#stopping.signal.aborted) return;
    this.#stopping.abort(error);
    this.#waits.end();
    this.#options.onFatal(error);
  }
}
