import { crc32c } from './crc32c.ts';
import type { OutgoingRecord } from './record.ts';

/** Bytes of a record batch (magic 2) before its first record. */
const batchHeaderBytes = 61;
/** What a batch needs beyond `recordBodyBytes` for each record: its length, at most five bytes, and offset delta. */
const recordFrameBytes = 8;

/** An upper bound of what `record` takes in a batch. */
export function recordBytesAtMost(record: OutgoingRecord): number {
  return recordBodyBytes(record) + recordFrameBytes;
}

/**
 * A record batch (magic 2, no compression, create time) as the broker stores it, laid out once and in one buffer:
 * a batch that is sent again is the same bytes. kafkajs' encoder allocates some ten buffers for each record.
 *
 * Source: https://kafka.apache.org/documentation/#recordbatch
 */
export function encodeRecordBatch(records: readonly OutgoingRecord[], timestampMs: number): Buffer {
  let size = batchHeaderBytes;
  for (const record of records) size += recordBytesAtMost(record);
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

function writeRecord(writer: Writer, record: OutgoingRecord, offsetDelta: number): void {
  writer.varint(recordBodyBytes(record) + varintBytes(offsetDelta));
  writer.byte(0);
  writer.byte(0);
  writer.varint(offsetDelta);
  writer.bytes(record.key);
  writer.bytes(record.value);
  const { headers } = record;
  if (headers === undefined) {
    writer.varint(0);
    return;
  }
  const names = Object.keys(headers);
  writer.varint(names.length);
  for (const name of names) {
    writer.bytes(name);
    writer.bytes(headers[name]!);
  }
}

/** Everything but the length and the offset delta: attributes, timestamp delta (0), key, value, headers. */
function recordBodyBytes(record: OutgoingRecord): number {
  let size = 2 + fieldBytes(record.key) + fieldBytes(record.value);
  const { headers } = record;
  if (headers === undefined) return size + 1;
  const names = Object.keys(headers);
  size += varintBytes(names.length);
  for (const name of names) size += fieldBytes(name) + fieldBytes(headers[name]!);
  return size;
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
  bytes(field: Buffer | string | null): void {
    if (field === null) this.byte(1);
    else if (typeof field === 'string') this.#text(field);
    else {
      this.varint(field.length);
      this.buffer.set(field, this.at);
      this.at += field.length;
    }
  }

  #text(text: string): void {
    const length = utf8Bytes(text);
    this.varint(length);
    if (length !== text.length) this.buffer.write(text, this.at);
    else for (let i = 0; i < length; i++) this.buffer[this.at + i] = text.charCodeAt(i);
    this.at += length;
  }
}
