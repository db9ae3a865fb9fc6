import type { KafkaConnection } from './connection.ts';
import type { LaneRecord } from './record.ts';

export interface TopicPartition {
  topic: string;
  partition: number;
}

export interface LaneHandler {
  /** Called once for every record of an owned partition that is not complete, in offset order; must return at once. */
  receive(record: LaneRecord): void;
  /**
   * A rebalance or a stop begins: start nothing new. Resolves when nothing is in flight and everything disposed
   * of is acknowledged. The lane waits at most `drainDeadlineMs`.
   */
  suspend(): Promise<void>;
  /**
   * The rebalance is over. Forget the un-started records of `lost` partitions; records of partitions that
   * stayed are still yours and are not delivered again.
   */
  resume(lost: readonly TopicPartition[]): void;
}

export interface PartitionLag extends TopicPartition {
  /** Records between the low-water mark and the end of the partition. */
  lagRecords: number;
}

export interface PartitionWindow extends TopicPartition {
  records: number;
  bytes: number;
  paused: boolean;
}

export interface Lane {
  /** Everything the record caused is acknowledged. Late calls for revoked claims are ignored. */
  complete(record: LaneRecord): void;
  /** Joins the group; resolves when the first assignment is restored and records flow. */
  start(): Promise<void>;
  /** Pauses, suspends the handler, flushes, commits and leaves the group. */
  stop(): Promise<void>;
  /** Whole-lane back-pressure. */
  pause(): void;
  resume(): void;
  lag(): PartitionLag[];
  windows(): PartitionWindow[];
  assigned(): TopicPartition[];
  /** When a fetch last returned, an offset was completed or a rebalance made headway. */
  readonly lastProgressMs: number;
  /** False before the first assignment, after a fatal error and when nothing has made progress for too long. */
  healthy(): boolean;
}

export interface LaneOptions {
  connection: KafkaConnection;
  groupId: string;
  topics: readonly string[];
  handler: LaneHandler;
  /** Received and not complete, a partition: fetching pauses at the full window and resumes at half of it. */
  windowRecords: number;
  windowBytes: number;
  /** How long a fetch waits for records; a resumed partition waits as long. */
  maxWaitTimeMs: number;
  /** Gives partition p of all topics to one member and moves little in a rebalance; else kafkajs' round robin. */
  assigner?: { coPartitioned: true; instanceId: string };
  /** Acknowledges what the handler has handed over; awaited before the last commit of a rebalance or stop. */
  flush?: () => Promise<void>;
  /** Default 10,000. */
  drainDeadlineMs?: number;
  /** Default 45,000. */
  sessionTimeoutMs?: number;
  /** Default 60,000. */
  rebalanceTimeoutMs?: number;
  /** The lane is dead and must be restarted with the process: log it and exit. */
  onFatal: (error: Error) => void;
  /** Default `Date.now`. */
  now?: () => number;
}

export declare function createLane(options: LaneOptions): Lane;
