import { copyWithin } from './lz-copy.ts';

/** snappy-java's stream header, which Java producers put before their blocks; others send one bare block. */
const streamMagic = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0]);
const streamHeaderBytes = 16;

/** Source: https://github.com/google/snappy/blob/main/format_description.txt */
export function decompressSnappy(input: Buffer, maxBytes: number): Buffer {
  if (!input.subarray(0, 8).equals(streamMagic)) return decompressBlock(input, maxBytes);
  const blocks: Buffer[] = [];
  let left = maxBytes;
  for (let at = streamHeaderBytes; at < input.length; ) {
    const end = at + 4 + input.readUInt32BE(at);
    const block = decompressBlock(input.subarray(at + 4, end), left);
    left -= block.length;
    blocks.push(block);
    at = end;
  }
  return Buffer.concat(blocks);
}

function decompressBlock(input: Buffer, maxBytes: number): Buffer {
  let at = 0;
  let length = 0;
  for (let unit = 1; ; unit *= 128) {
    const byte = input.readUInt8(at++);
    length += (byte & 127) * unit;
    if (byte < 128) break;
  }
  if (length > maxBytes) throw new Error(`snappy block of ${length} bytes, more than ${maxBytes}`);
  const output = Buffer.allocUnsafe(length);
  let written = 0;
  while (at < input.length) {
    const tag = input[at++]!;
    const kind = tag & 3;
    if (kind === 0) {
      let literal = tag >>> 2;
      if (literal >= 60) {
        const lengthBytes = literal - 59;
        literal = input.readUIntLE(at, lengthBytes);
        at += lengthBytes;
      }
      literal += 1;
      if (at + literal > input.length || written + literal > length) throw new Error('damaged snappy block');
      input.copy(output, written, at, at + literal);
      at += literal;
      written += literal;
      continue;
    }
    let distance: number;
    let copied = (tag >>> 2) + 1;
    if (kind === 1) {
      copied = ((tag >>> 2) & 7) + 4;
      distance = ((tag >>> 5) << 8) | input.readUInt8(at);
      at += 1;
    } else {
      const distanceBytes = kind === 2 ? 2 : 4;
      distance = input.readUIntLE(at, distanceBytes);
      at += distanceBytes;
    }
    written = copyWithin(output, written, distance, copied);
  }
  if (written !== length) throw new Error('damaged snappy block');
  return output;
}
