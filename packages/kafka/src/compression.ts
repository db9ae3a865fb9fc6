import zlib from 'node:zlib';
import { decompressLz4Frames } from './lz4.ts';
import { decompressSnappy } from './snappy.ts';

/** What one batch may grow to; a topic takes 4 MiB a batch, compressed. */
const maxBatchBytes = 256 * 1024 * 1024;

/**
 * Undoes the compression of a batch's records; `codec` is the lower three bits of its attributes. zstd is
 * looked up where it is used: the publisher runs on versions of Node that have none, and reads nothing.
 */
export function decompress(codec: number, records: Buffer): Buffer {
  switch (codec) {
    case 1:
      return zlib.gunzipSync(records, { maxOutputLength: maxBatchBytes });
    case 2:
      return decompressSnappy(records, maxBatchBytes);
    case 3:
      return decompressLz4Frames(records, maxBatchBytes);
    case 4:
      return zlib.zstdDecompressSync(records, { maxOutputLength: maxBatchBytes });
    default:
      throw new Error(`unknown compression codec ${codec}`);
  }
}
