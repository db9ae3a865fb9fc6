import { EncodedBatch } from './encoded-batch.ts';
import { isRefusal } from './produce.ts';
import type { OutgoingRecord } from './record.ts';
import { bodyBytesOf, bytesAtMost, encodeRecordBatch, type SizedRecord } from './record-batch.ts';

/** Records that were handed over together: their callback is called once. */
export interface Handover {
  pending: number;
  error: Error | undefined;
  /** Where the last record of it was written. */
  written: { partition: number; offset: number } | undefined;
  done(handover: Handover): void;
}

interface Waiting extends SizedRecord {
  handover: Handover;
}

/** A record batch on its way, with whom to tell. */
export interface OutgoingBatch {
  readonly outbox: Outbox;
  readonly encoded: EncodedBatch;
  readonly records: readonly Waiting[];
  readonly cutAtMs: number;
  attempts: number;
  /** How many batches its last round had. */
  company: number;
}

const firstBackoffMs = 50;
const maxBackoffMs = 2_000;

/**
 * What waits for one partition. One batch at a time is on its way and stays first until it is written, so the records
 * of a partition keep their order, and a partition that has no leader holds up no other.
 */
export class Outbox {
  readonly #topic: string;
  readonly #partition: number;
  readonly #maxBatchBytes: number;
  #waiting: Waiting[] = [];
  #next = 0;
  #batch: OutgoingBatch | undefined;
  #onItsWay = false;
  #notBeforeMs = 0;

  constructor(topic: string, partition: number, maxBatchBytes: number) {
    this.#topic = topic;
    this.#partition = partition;
    this.#maxBatchBytes = maxBatchBytes;
  }

  add(record: OutgoingRecord, handover: Handover): void {
    this.#waiting.push({ record, bodyBytes: bodyBytesOf(record), handover });
  }

  get isEmpty(): boolean {
    return this.#batch === undefined && this.#next === this.#waiting.length;
  }

  /** When the next batch may go: 0 for at once, Infinity when there is none or one is on its way. */
  get readyAtMs(): number {
    if (this.#onItsWay || this.isEmpty) return Number.POSITIVE_INFINITY;
    return this.#batch ? this.#notBeforeMs : 0;
  }

  get isOnItsWay(): boolean {
    return this.#onItsWay;
  }

  /** How many batches went with its own when that failed; undefined when nothing has failed. */
  get failedInCompanyOf(): number | undefined {
    return this.#batch && this.#batch.attempts > 0 ? this.#batch.company : undefined;
  }

  /** The batch to send now: the one that failed, the same bytes, or a new one. */
  take(nowMs: number): OutgoingBatch {
    this.#batch ??= this.#cut(nowMs);
    this.#onItsWay = true;
    return this.#batch;
  }

  /** The batch was answered or lost; by its reply it is done with or sent again. Tells who handed it over. */
  settle(batch: OutgoingBatch, nowMs: number): void {
    this.#onItsWay = false;
    batch.attempts += 1;
    const { reply } = batch.encoded;
    if (reply?.written) {
      this.#batch = undefined;
      for (let i = 0; i < batch.records.length; i++) {
        const { handover } = batch.records[i]!;
        handover.written = { partition: this.#partition, offset: reply.baseOffset + i };
        finish(handover);
      }
      return;
    }
    const error = reply?.error ?? 'no reply';
    if (isRefusal(error)) this.#refused(batch, error, nowMs);
    else this.#notBeforeMs = nowMs + Math.min(maxBackoffMs, firstBackoffMs * 2 ** (batch.attempts - 1));
  }

  /** Halves a batch until the record is alone that the broker will never take. */
  #refused({ records }: OutgoingBatch, error: string, nowMs: number): void {
    this.#batch = undefined;
    if (records.length > 1) {
      const half = records.slice(0, Math.ceil(records.length / 2));
      this.#waiting = [...records.slice(half.length), ...this.#waiting.slice(this.#next)];
      this.#next = 0;
      this.#batch = this.#encode(half, nowMs);
      return;
    }
    const { handover, bodyBytes } = records[0]!;
    handover.error = new Error(
      `${this.#topic}:${this.#partition} refuses a record of ${bodyBytes} bytes: ${error}`,
    );
    finish(handover);
  }

  #cut(nowMs: number): OutgoingBatch {
    const from = this.#next;
    let bytes = bytesAtMost(this.#waiting[this.#next++]!);
    for (; this.#next < this.#waiting.length; this.#next++) {
      bytes += bytesAtMost(this.#waiting[this.#next]!);
      if (bytes > this.#maxBatchBytes) break;
    }
    const records = this.#waiting.slice(from, this.#next);
    if (this.#next === this.#waiting.length) {
      this.#waiting = [];
      this.#next = 0;
    } else if (this.#next > 4_096) {
      this.#waiting = this.#waiting.slice(this.#next);
      this.#next = 0;
    }
    return this.#encode(records, nowMs);
  }

  #encode(records: Waiting[], nowMs: number): OutgoingBatch {
    const bytes = encodeRecordBatch(records, Date.now());
    return {
      outbox: this,
      encoded: new EncodedBatch(this.#topic, this.#partition, bytes),
      records,
      cutAtMs: nowMs,
      attempts: 0,
      company: 0,
    };
  }
}

function finish(handover: Handover): void {
  handover.pending -= 1;
  if (handover.pending === 0) handover.done(handover);
}
