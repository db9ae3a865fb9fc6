import { decompress } from './compression.ts';
import { type BatchContext, FetchedRecord, GapMarker } from './fetched-record.ts';
import { RecordReader } from './record-reader.ts';

/** Base offset and length, which are not counted in the length. */
const batchFrameBytes = 12;
const batchHeaderBytes = 61;

const codecMask = 0x07;
const logAppendTimeFlag = 0x08;
const transactionalFlag = 0x10;
const controlFlag = 0x20;

/**
 * The records of a fetched record set (magic 2). The set may end in a part of a batch, which is left for the next
 * fetch. Throws for a batch in an older format or an unknown codec: to skip it would be a loss.
 *
 * Source: https://kafka.apache.org/documentation/#recordbatch
 */
export function decodeRecordSet(set: Buffer): (FetchedRecord | GapMarker)[] {
  const records: (FetchedRecord | GapMarker)[] = [];
  let at = 0;
  while (at + batchHeaderBytes <= set.length) {
    const end = at + batchFrameBytes + set.readInt32BE(at + 8);
    if (end > set.length) break;
    decodeBatch(set.subarray(at, end), records);
    at = end;
  }
  return records;
}

function decodeBatch(batch: Buffer, records: (FetchedRecord | GapMarker)[]): void {
  const magic = batch.readInt8(16);
  if (magic !== 2) throw new Error(`record batch in format ${magic}; only 2 is known (Kafka 0.11 and later)`);
  const attributes = batch.readInt16BE(21);
  const baseOffset = Number(batch.readBigInt64BE(0));
  const lastOffset = baseOffset + batch.readInt32BE(23);
  const baseTimestampMs = Number(batch.readBigInt64BE(27));
  const appendedAtMs = attributes & logAppendTimeFlag ? Number(batch.readBigInt64BE(35)) : undefined;
  const context: BatchContext = {
    producerId: batch.readBigInt64BE(43),
    inTransaction: (attributes & transactionalFlag) !== 0,
    isControlBatch: (attributes & controlFlag) !== 0,
  };
  const codec = attributes & codecMask;
  const reader =
    codec === 0
      ? new RecordReader(batch, batchHeaderBytes)
      : new RecordReader(decompress(codec, batch.subarray(batchHeaderBytes)), 0);

  let offset = baseOffset - 1;
  for (let left = batch.readInt32BE(57); left > 0; left--) {
    const length = reader.varint();
    const end = reader.at + length;
    reader.at += 1;
    const timestampMs = baseTimestampMs + reader.varint();
    offset = baseOffset + reader.varint();
    records.push(
      new FetchedRecord(offset, appendedAtMs ?? timestampMs, context, reader.buffer, reader.at, end),
    );
    reader.at = end;
  }
  if (offset < lastOffset) records.push(new GapMarker(lastOffset, context));
}
