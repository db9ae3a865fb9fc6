import { RecordReader } from './record-reader.ts';

/** What the records of one batch have in common. */
export interface BatchContext {
  producerId: bigint;
  inTransaction: boolean;
  isControlBatch: boolean;
}

/**
 * A record where it lies in the fetch response. Its parts are read when they are asked for: most headers of most
 * records are never looked at.
 */
export class FetchedRecord {
  readonly offsetNumber: number;
  readonly timestampMs: number;
  readonly batchContext: BatchContext;
  readonly #buffer: Buffer;
  readonly #fieldsAt: number;
  readonly #end: number;

  /** `buffer[fieldsAt..end)` is key, value and headers. */
  constructor(
    offset: number,
    timestampMs: number,
    batchContext: BatchContext,
    buffer: Buffer,
    fieldsAt: number,
    end: number,
  ) {
    this.offsetNumber = offset;
    this.timestampMs = timestampMs;
    this.batchContext = batchContext;
    this.#buffer = buffer;
    this.#fieldsAt = fieldsAt;
    this.#end = end;
  }

  get isControlRecord(): boolean {
    return this.batchContext.isControlBatch;
  }

  get key(): Buffer | null {
    return new RecordReader(this.#buffer, this.#fieldsAt).field();
  }

  get value(): Buffer | null {
    const reader = new RecordReader(this.#buffer, this.#fieldsAt);
    reader.skipField();
    return reader.field();
  }

  get headers(): Record<string, Buffer | undefined> {
    const reader = new RecordReader(this.#buffer, this.#fieldsAt);
    reader.skipField();
    reader.skipField();
    return reader.headers();
  }

  /**
   * Key, value and headers in a buffer of their own. Not from Node's pool: one record that is held for hours would
   * keep the 64 KiB of its neighbours.
   */
  copyFields(): Buffer {
    const copy = Buffer.allocUnsafeSlow(this.#end - this.#fieldsAt);
    this.#buffer.copy(copy, 0, this.#fieldsAt, this.#end);
    return copy;
  }
}

/**
 * Stands at the last offset of a batch whose last record is gone (compacted away), so that fetching goes on behind it.
 * Without it a batch with no record left is fetched for ever.
 */
export class GapMarker {
  readonly offsetNumber: number;
  readonly key = null;
  readonly isControlRecord = true;
  readonly batchContext: BatchContext;

  constructor(offset: number, batchContext: BatchContext) {
    this.offsetNumber = offset;
    this.batchContext = batchContext;
  }
}
