import { createRequire } from 'node:module';
import fc from 'fast-check';
import type { KafkaMessage } from 'kafkajs';
import { describe, expect, test } from 'vitest';
import { FetchedRecord, GapMarker } from './fetched-record.ts';
import { ReceivedRecord } from './lane-record.ts';
import type { OutgoingRecord } from './record.ts';
import { bodyBytesOf, bytesAtMost, encodeRecordBatch } from './record-batch.ts';
import { decodeRecordSet } from './record-set.ts';

const require = createRequire(import.meta.url);
const KafkaJsDecoder = require('kafkajs/src/protocol/decoder');
const decodeByKafkaJs = require('kafkajs/src/protocol/recordBatch/v0/decoder');

const bytes = fc.uint8Array({ maxLength: 300 }).map((array) => Buffer.from(array));
const record: fc.Arbitrary<OutgoingRecord> = fc.record({
  topic: fc.constant('t'),
  key: fc.oneof(bytes, fc.string({ unit: 'grapheme', maxLength: 80 }), fc.constant(null)),
  value: fc.oneof(bytes, fc.constant(null)),
  headers: fc.dictionary(fc.string({ unit: 'grapheme', minLength: 1 }), fc.string({ unit: 'grapheme' }), {
    noNullPrototype: true,
  }),
});
const records = fc.array(record, { minLength: 1, maxLength: 90 });

const sized = (all: OutgoingRecord[]) => all.map((one) => ({ record: one, bodyBytes: bodyBytesOf(one) }));
const asBuffer = (field: Buffer | string | null) => (typeof field === 'string' ? Buffer.from(field) : field);

describe('record batch', () => {
  test('is read by kafkajs as it was written', async () => {
    await fc.assert(
      fc.asyncProperty(records, async (written) => {
        const batch = encodeRecordBatch(sized(written), 1_700_000_000_000);
        const read = await decodeByKafkaJs(new KafkaJsDecoder(batch));
        expect(read.records.map(({ offset, timestamp }: KafkaMessage) => [offset, timestamp])).toEqual(
          written.map((_, i) => [String(i), '1700000000000']),
        );
        read.records.forEach((got: KafkaMessage, i: number) => {
          expect(got.key).toEqual(asBuffer(written[i]!.key));
          expect(got.value).toEqual(written[i]!.value);
          for (const [name, value] of Object.entries(written[i]!.headers!)) {
            // kafkajs takes a header named like a property of Object for a repeated one.
            if (name in Object.prototype) continue;
            expect(got.headers?.[name]?.toString()).toBe(value);
          }
        });
      }),
      { numRuns: 60 },
    );
  });

  test('is read by our own decoder as it was written, field by field and as a copy', () => {
    fc.assert(
      fc.property(records, (written) => {
        const claim = { topic: 't', partition: 3, isCurrent: () => true };
        const read = decodeRecordSet(encodeRecordBatch(sized(written), 42));
        expect(read).toHaveLength(written.length);
        read.forEach((fetched, i) => {
          expect(fetched).toBeInstanceOf(FetchedRecord);
          const copy = new ReceivedRecord(claim, fetched as FetchedRecord);
          const headers = Object.entries(written[i]!.headers!).map(([name, value]) => [
            name,
            Buffer.from(value),
          ]);
          for (const got of [fetched as FetchedRecord, copy]) {
            expect(got.key).toEqual(asBuffer(written[i]!.key));
            expect(got.value).toEqual(written[i]!.value);
            expect(Object.entries(got.headers)).toEqual(headers);
          }
          expect([copy.offset, copy.timestampMs, copy.partition]).toEqual([i, 42, 3]);
        });
      }),
      { numRuns: 100 },
    );
  });

  test('is never larger than the sum of its records said', () => {
    fc.assert(
      fc.property(records, (written) => {
        const most = sized(written).reduce((sum, one) => sum + bytesAtMost(one), 61);
        expect(encodeRecordBatch(sized(written), 0).length).toBeLessThanOrEqual(most);
      }),
    );
  });
});

describe('record set', () => {
  const batchAt = (baseOffset: number, count: number, lastOffsetDelta = count - 1) => {
    const batch = encodeRecordBatch(
      sized(Array.from({ length: count }, (_, i) => ({ topic: 't', key: null, value: Buffer.from(`${i}`) }))),
      0,
    );
    batch.writeBigInt64BE(BigInt(baseOffset), 0);
    batch.writeInt32BE(lastOffsetDelta, 23);
    return batch;
  };

  test('that ends in a part of a batch gives the whole batches before it', () => {
    const whole = batchAt(10, 3);
    const cut = batchAt(13, 5);
    for (const length of [0, 11, 40, 61, cut.length - 1]) {
      const read = decodeRecordSet(Buffer.concat([whole, cut.subarray(0, length)]));
      expect(read.map(({ offsetNumber }) => offsetNumber)).toEqual([10, 11, 12]);
    }
  });

  test('marks the end of a batch whose last records were compacted away, so that fetching goes on behind it', () => {
    const read = decodeRecordSet(Buffer.concat([batchAt(10, 2, 6), batchAt(17, 0, 4)]));
    expect(read.map(({ offsetNumber }) => offsetNumber)).toEqual([10, 11, 16, 21]);
    expect(read.map((one) => one instanceof GapMarker)).toEqual([false, false, true, true]);
  });

  test('of a hundred thousand records and more does not overflow the stack', () => {
    expect(decodeRecordSet(batchAt(0, 200_000))).toHaveLength(200_000);
  });

  test('in an unknown codec or an older format is an error, not an empty set', () => {
    const unknown = batchAt(0, 1);
    unknown.writeInt16BE(6, 21);
    expect(() => decodeRecordSet(unknown)).toThrow('unknown compression codec 6');
    const old = batchAt(0, 1);
    old.writeInt8(1, 16);
    expect(() => decodeRecordSet(old)).toThrow('format 1');
  });
});
