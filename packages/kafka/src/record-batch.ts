import { crc32c } from './crc32c.ts';
import type { OutgoingRecord } from './record.ts';

/** Bytes of a record batch (magic 2) before its first record. */
const batchHeaderBytes = 61;
/** What a record takes in a batch beyond its body, at most: its length and its offset delta. */
const recordFrameBytes = 8;

/** A record that waits to be encoded, with the size of its body, which is worked out once. */
export interface SizedRecord {
  record: OutgoingRecord;
  bodyBytes: number;
}

/** An upper bound of what a record takes in a batch. */
export function bytesAtMost({ bodyBytes }: SizedRecord): number {
  return bodyBytes + recordFrameBytes;
}

/** Everything but the length and the offset delta: attributes, timestamp delta (0), key, value, headers. */
export function bodyBytesOf(record: OutgoingRecord): number {
  let size = 2 + fieldBytes(record.key) + fieldBytes(record.value);
  const { headers } = record;
  if (headers === undefined) return size + 1;
  const names = Object.keys(headers);
  for (const name of names) size += fieldBytes(name) + fieldBytes(headers[name]!);
  return size + varintBytes(names.length);
}

/**
 * A record batch (magic 2, no compression, create time) as the broker stores it, laid out once and in one buffer:
 * a batch that is sent again is the same bytes. kafkajs' encoder allocates some ten buffers for each record.
 *
 * Source: https://kafka.apache.org/documentation/#recordbatch
 */
export function encodeRecordBatch(records: readonly SizedRecord[], timestampMs: number): Buffer {
  let size = batchHeaderBytes;
  for (const record of records) size += bytesAtMost(record);
  const writer = new Writer(Buffer.allocUnsafe(size));
  writer.at = batchHeaderBytes;
  for (let i = 0; i < records.length; i++) writeRecord(writer, records[i]!, i);

  const batch = writer.buffer.subarray(0, writer.at);
  batch.writeBigInt64BE(0n, 0);
  batch.writeInt32BE(batch.length - 12, 8);
  batch.writeInt32BE(0, 12);
  batch.writeInt8(2, 16);
  batch.writeInt16BE(0, 21);
  batch.writeInt32BE(records.length - 1, 23);
  const timestamp = BigInt(timestampMs);
  batch.writeBigInt64BE(timestamp, 27);
  batch.writeBigInt64BE(timestamp, 35);
  batch.writeBigInt64BE(-1n, 43);
  batch.writeInt16BE(-1, 51);
  batch.writeInt32BE(-1, 53);
  batch.writeInt32BE(records.length, 57);
  batch.writeUInt32BE(crc32c(batch, 21, batch.length), 17);
  return batch;
}

function writeRecord(writer: Writer, { record, bodyBytes }: SizedRecord, offsetDelta: number): void {
  writer.varint(bodyBytes + varintBytes(offsetDelta));
  writer.byte(0);
  writer.byte(0);
  writer.varint(offsetDelta);
  writer.field(record.key);
  writer.field(record.value);
  const { headers } = record;
  if (headers === undefined) {
    writer.varint(0);
    return;
  }
  const names = Object.keys(headers);
  writer.varint(names.length);
  for (let i = 0; i < names.length; i++) {
    writer.field(names[i]!);
    writer.field(headers[names[i]!]!);
  }
}

function fieldBytes(field: Buffer | string | null): number {
  if (field === null) return 1;
  const length = typeof field === 'string' ? utf8Bytes(field) : field.length;
  return varintBytes(length) + length;
}

/** `Buffer.byteLength` without leaving JavaScript: keys and headers are short and ASCII. */
function utf8Bytes(text: string): number {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 127) return Buffer.byteLength(text);
  return text.length;
}

/** Of a non-negative number in zigzag coding. */
function varintBytes(value: number): number {
  let size = 1;
  for (let rest = value; rest >= 64; rest = Math.floor(rest / 128)) size += 1;
  return size;
}

class Writer {
  readonly buffer: Buffer;
  at = 0;

  constructor(buffer: Buffer) {
    this.buffer = buffer;
  }

  byte(value: number): void {
    this.buffer[this.at++] = value;
  }

  /** A non-negative number in zigzag coding. */
  varint(value: number): void {
    let rest = value * 2;
    for (; rest >= 128; rest = Math.floor(rest / 128)) this.byte((rest & 127) | 128);
    this.byte(rest);
  }

  /** Length and content; null is the length -1. */
  field(content: Buffer | string | null): void {
    if (content === null) this.byte(1);
    else if (typeof content === 'string') this.#text(content);
    else {
      this.varint(content.length);
      this.buffer.set(content, this.at);
      this.at += content.length;
    }
  }

  /** As ASCII, and from the beginning again when it turns out not to be. */
  #text(text: string): void {
    const start = this.at;
    const { buffer } = this;
    this.varint(text.length);
    let { at } = this;
    for (let i = 0; i < text.length; i++) {
      const code = text.charCodeAt(i);
      if (code > 127) {
        this.at = start;
        this.field(Buffer.from(text));
        return;
      }
      buffer[at++] = code;
    }
    this.at = at;
  }
}
