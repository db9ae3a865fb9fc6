import { copyWithin } from './lz-copy.ts';

const frameMagic = 0x184d2204;
const blockSizes = [0, 0, 0, 0, 64 * 1024, 256 * 1024, 1024 * 1024, 4 * 1024 * 1024];

/** Source: https://github.com/lz4/lz4/blob/dev/doc/lz4_Frame_format.md (checksums are left to Kafka's own CRC). */
export function decompressLz4Frames(input: Buffer, maxBytes: number): Buffer {
  const output = new Growing(maxBytes);
  for (let at = 0; at < input.length; ) at = readFrame(input, at, output);
  return output.bytes();
}

function readFrame(input: Buffer, start: number, output: Growing): number {
  if (input.readUInt32LE(start) !== frameMagic) throw new Error('not an lz4 frame');
  const flags = input.readUInt8(start + 4);
  const maxBlockBytes = blockSizes[(input.readUInt8(start + 5) >>> 4) & 7]!;
  const hasBlockChecksums = (flags & 0x10) !== 0;
  const hasContentSize = (flags & 0x08) !== 0;
  const hasContentChecksum = (flags & 0x04) !== 0;
  const hasDictionary = (flags & 0x01) !== 0;
  let at = start + 7 + (hasContentSize ? 8 : 0) + (hasDictionary ? 4 : 0);
  for (;;) {
    const size = input.readUInt32LE(at);
    at += 4;
    if (size === 0) return at + (hasContentChecksum ? 4 : 0);
    const length = size & 0x7fffffff;
    const block = input.subarray(at, at + length);
    output.reserve(maxBlockBytes);
    if (size >>> 31 === 1) output.append(block);
    else decompressBlock(block, output);
    at += length + (hasBlockChecksums ? 4 : 0);
  }
}

function decompressBlock(block: Buffer, output: Growing): void {
  let at = 0;
  const extend = (length: number): number => {
    let total = length;
    if (length < 15) return total;
    for (;;) {
      const more = block.readUInt8(at++);
      total += more;
      if (more < 255) return total;
    }
  };
  while (at < block.length) {
    const token = block[at++]!;
    const literals = extend(token >>> 4);
    output.append(block.subarray(at, at + literals));
    at += literals;
    if (at >= block.length) return;
    const distance = block.readUInt16LE(at);
    at += 2;
    output.repeat(distance, extend(token & 15) + 4);
  }
}

/** Grows by block: blocks of one frame may refer to bytes of the ones before. */
class Growing {
  #buffer = Buffer.allocUnsafe(0);
  #length = 0;
  readonly #maxBytes: number;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  reserve(bytes: number): void {
    const needed = this.#length + bytes;
    if (this.#length > this.#maxBytes) throw new Error(`lz4 frame of more than ${this.#maxBytes} bytes`);
    if (needed <= this.#buffer.length) return;
    const grown = Buffer.allocUnsafe(Math.max(needed, this.#buffer.length * 2));
    this.#buffer.copy(grown, 0, 0, this.#length);
    this.#buffer = grown;
  }

  append(bytes: Buffer): void {
    if (this.#length + bytes.length > this.#buffer.length) throw new Error('damaged lz4 block');
    bytes.copy(this.#buffer, this.#length);
    this.#length += bytes.length;
  }

  repeat(distance: number, length: number): void {
    this.#length = copyWithin(this.#buffer, this.#length, distance, length);
  }

  bytes(): Buffer {
    return this.#buffer.subarray(0, this.#length);
  }
}
