/** A record to be written. `partition` overrides the partitioner (murmur2 of the key, as in Java). */
export interface OutgoingRecord {
  topic: string;
  partition?: number;
  key: Buffer | string | null;
  value: Buffer | null;
  headers?: Record<string, string>;
}

export interface TopicPartition {
  topic: string;
  partition: number;
}

/** A partition as it is owned now. It never becomes current again: a partition regained has a new claim. */
export interface Claim extends Readonly<TopicPartition> {
  /** False once the partition was revoked: an attempt that ends then is `fenced`. */
  isCurrent(): boolean;
}

/** A record as a lane hands it over. `key`, `value` and `headers` are copies, never slices of a fetch buffer. */
export interface LaneRecord {
  topic: string;
  partition: number;
  offset: number;
  key: Buffer | null;
  value: Buffer | null;
  headers: Record<string, Buffer | undefined>;
  timestampMs: number;
  /** What it holds in memory, key + value + headers. */
  bytes: number;
  claim: Claim;
}
