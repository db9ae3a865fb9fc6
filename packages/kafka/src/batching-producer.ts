import type { KafkaConnection } from './connection.ts';
import type { OutgoingRecord } from './record.ts';

export interface BatchingProducer {
  /**
   * Hands over records that belong together (they may span topics and partitions); `done` is called once, when
   * all of them are acknowledged by all in-sync replicas. Never throws and never drops: sends again without
   * bound while the producer is open, so callers cap on `pendingRecords`. `done` gets an error only for a record
   * that can never be written (larger than its topic takes, or handed over after `close`).
   */
  enqueue(records: readonly OutgoingRecord[], done: (error?: Error) => void): void;
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

export interface FlushedBatch {
  records: number;
  bytes: number;
  durationMs: number;
  /** 1 when the first try was acknowledged. */
  attempts: number;
}

export interface BatchingProducerOptions {
  connection: KafkaConnection;
  /** Called after each acknowledged batch, for metrics. */
  onBatch?: (batch: FlushedBatch) => void;
  /** A record batch is cut here, default 512 KiB. */
  maxBatchBytesPerPartition?: number;
}

export declare function createBatchingProducer(options: BatchingProducerOptions): Promise<BatchingProducer>;
