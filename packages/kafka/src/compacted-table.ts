import type { KafkaConnection } from './connection.ts';

export interface TableEntry<V> {
  value: V;
  /** The offset of the record that set it. */
  revision: number;
}

export type Decoded<V> = { ok: true; value: V } | { ok: false; reason: string };

/** A local copy of a compacted topic of one partition. */
export interface CompactedTable<V> {
  get(key: string): TableEntry<V> | undefined;
  entries(): Iterable<[key: string, entry: TableEntry<V>]>;
  /** The last offset applied; -1 when the topic has none. */
  readonly revision: number;
  /** True as soon as the table has applied `revision`; false when `timeoutMs` (default 5,000) passed before. */
  waitForRevision(revision: number, timeoutMs?: number): Promise<boolean>;
  /** `value` is undefined for a tombstone. Returns the function that ends the subscription. */
  onChange(listener: (key: string, value: V | undefined, revision: number) => void): () => void;
  /** False when it is more than 5 s behind the end of the topic, or cannot ask where the end is. */
  isFollowing(): boolean;
  stop(): Promise<void>;
}

export interface CompactedTableOptions<V> {
  connection: KafkaConnection;
  topic: string;
  decode: (key: string, value: Buffer) => Decoded<V> | Promise<Decoded<V>>;
  /** The record is skipped: the key keeps the value that it had. */
  onUndecodable: (undecodable: { key: string; revision: number; reason: string }) => void;
  onFatal: (error: Error) => void;
}

/** Resolves when the table has read to the end. Rejects when the topic does not have exactly one partition. */
export declare function openCompactedTable<V>(options: CompactedTableOptions<V>): Promise<CompactedTable<V>>;
