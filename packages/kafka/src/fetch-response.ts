import type { FetchedRecord, GapMarker } from './fetched-record.ts';
import { decodeRecordSet } from './record-set.ts';

/** Of a fetch response what is read of it; the first two under kafkajs' names, which throttles by the second. */
export interface FetchResponse {
  throttleTime: 0;
  clientSideThrottleTime: number;
  errorCode: number;
  sessionId: number;
  responses: { topicName: string; partitions: FetchedPartition[] }[];
}

export interface FetchedPartition {
  partition: number;
  errorCode: number;
  highWatermark: number;
  abortedTransactions: { producerId: bigint; firstOffset: number }[];
  messages: (FetchedRecord | GapMarker)[];
}

const lastStableOffsetBytes = 8;
const logStartOffsetBytes = 8;
const preferredReadReplicaBytes = 4;

/**
 * Decodes a fetch response of version 11, which every broker since 2.3 speaks.
 *
 * Source: https://kafka.apache.org/protocol#The_Messages_Fetch
 */
export function decodeFetchResponse(payload: Buffer): FetchResponse {
  const reader = new ResponseReader(payload);
  return {
    throttleTime: 0,
    clientSideThrottleTime: reader.int32(),
    errorCode: reader.int16(),
    sessionId: reader.int32(),
    responses: reader.array(() => {
      const topicName = reader.text();
      return { topicName, partitions: reader.array(() => readPartition(reader, topicName)) };
    }),
  };
}

function readPartition(reader: ResponseReader, topic: string): FetchedPartition {
  const partition = reader.int32();
  const errorCode = reader.int16();
  const highWatermark = reader.offset();
  reader.skip(lastStableOffsetBytes + logStartOffsetBytes);
  const abortedTransactions = reader.array(() => ({
    producerId: reader.int64(),
    firstOffset: reader.offset(),
  }));
  reader.skip(preferredReadReplicaBytes);
  const set = reader.bytes();
  try {
    return { partition, errorCode, highWatermark, abortedTransactions, messages: decodeRecordSet(set) };
  } catch (error) {
    throw new Error(
      `cannot read the records fetched from ${topic}:${partition}: ${(error as Error).message}`,
      {
        cause: error,
      },
    );
  }
}

class ResponseReader {
  readonly #buffer: Buffer;
  #at = 0;

  constructor(buffer: Buffer) {
    this.#buffer = buffer;
  }

  int16(): number {
    this.#at += 2;
    return this.#buffer.readInt16BE(this.#at - 2);
  }

  int32(): number {
    this.#at += 4;
    return this.#buffer.readInt32BE(this.#at - 4);
  }

  int64(): bigint {
    this.#at += 8;
    return this.#buffer.readBigInt64BE(this.#at - 8);
  }

  offset(): number {
    return Number(this.int64());
  }

  skip(bytes: number): void {
    this.#at += bytes;
  }

  text(): string {
    const length = this.int16();
    this.#at += length;
    return this.#buffer.toString('latin1', this.#at - length, this.#at);
  }

  bytes(): Buffer {
    const length = Math.max(0, this.int32());
    this.#at += length;
    return this.#buffer.subarray(this.#at - length, this.#at);
  }

  /** A null array is an empty one. */
  array<T>(read: () => T): T[] {
    const items: T[] = [];
    for (let left = this.int32(); left > 0; left--) items.push(read());
    return items;
  }
}
