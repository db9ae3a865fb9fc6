/** A value that its column cannot hold. The row is at fault, never the server. */
export class UnwritableValue extends Error {}

/** Rows are written one behind the other into chunks, which are let go of when the last of their rows is. */
const CHUNK_BYTES = 256 * 1024;

/** Widest length prefix: 2^28 - 1 bytes, far beyond any record. */
const MAX_PREFIX_BYTES = 4;

/** Up to here a loop over characters is quicker than a call into the runtime; also, their length takes one byte. */
const SHORT_CHARS = 64;

/**
 * Writes ClickHouse's RowBinary: values in column order, no separators, strings as their bytes. It keeps bodies
 * exact, which JSON cannot, and spares the server the parsing of text.
 */
export class RowWriter {
  #chunk = Buffer.allocUnsafeSlow(CHUNK_BYTES);
  /** Where the row begins that is being written. */
  #start = 0;
  #at = 0;

  /** The row: what was written since the last `take` or `discard`. It is never written to again. */
  take(): Buffer {
    const row = this.#chunk.subarray(this.#start, this.#at);
    this.#start = this.#at;
    return row;
  }

  discard(): void {
    this.#at = this.#start;
  }

  string(text: string): void {
    this.#reserve(text.length * 3 + MAX_PREFIX_BYTES);
    if (text.length > SHORT_CHARS || !this.#shortAscii(text)) {
      this.length(Buffer.byteLength(text));
      this.#at += this.#chunk.write(text, this.#at);
    }
  }

  #shortAscii(text: string): boolean {
    const chunk = this.#chunk;
    const first = this.#at + 1;
    for (let index = 0; index < text.length; index++) {
      const code = text.charCodeAt(index);
      if (code >= 0x80) return false;
      chunk[first + index] = code;
    }
    chunk[this.#at] = text.length;
    this.#at = first + text.length;
    return true;
  }

  bytes(value: Uint8Array): void {
    this.#reserve(value.length + MAX_PREFIX_BYTES);
    this.length(value.length);
    this.#chunk.set(value, this.#at);
    this.#at += value.length;
  }

  /** LEB128, as before strings, arrays and maps. */
  length(count: number): void {
    this.#reserve(MAX_PREFIX_BYTES);
    let rest = count;
    while (rest >= 0x80) {
      this.#chunk[this.#at++] = (rest & 0x7f) | 0x80;
      rest >>>= 7;
    }
    this.#chunk[this.#at++] = rest;
  }

  uint8(value: number): void {
    this.#reserve(1);
    this.#at = this.#chunk.writeUInt8(value, this.#at);
  }

  uint16(value: number): void {
    if (value !== (value & 0xffff)) throw new UnwritableValue(`${value} does not fit 16 bits`);
    this.#reserve(2);
    this.#at = this.#chunk.writeUInt16LE(value, this.#at);
  }

  int32(value: number): void {
    if (value !== (value | 0)) throw new UnwritableValue(`${value} does not fit 32 bits`);
    this.#reserve(4);
    this.#at = this.#chunk.writeInt32LE(value, this.#at);
  }

  /** For whole numbers up to 2^53. */
  int64(value: number): void {
    if (!Number.isSafeInteger(value)) throw new UnwritableValue(`${value} is not a whole number below 2^53`);
    this.#reserve(8);
    this.#chunk.writeUInt32LE(value >>> 0, this.#at);
    this.#chunk.writeInt32LE(Math.floor(value / 0x1_0000_0000), this.#at + 4);
    this.#at += 8;
  }

  float64(value: number): void {
    this.#reserve(8);
    this.#at = this.#chunk.writeDoubleLE(value, this.#at);
  }

  /** 36 characters with hyphens; each half of the 16 bytes is written in reverse. */
  uuid(text: string): void {
    this.#reserve(16);
    if (text.length !== 36) throw new UnwritableValue(`${JSON.stringify(text.slice(0, 64))} is not a UUID`);
    for (let byte = 0, char = 0; byte < 16; byte++, char += 2) {
      if (char === 8 || char === 13 || char === 18 || char === 23) char++;
      const value = (hexValue(text.charCodeAt(char)) << 4) | hexValue(text.charCodeAt(char + 1));
      if (value < 0) throw new UnwritableValue(`${JSON.stringify(text)} is not a UUID`);
      this.#chunk[this.#at + (byte < 8 ? 7 - byte : 23 - byte)] = value;
    }
    this.#at += 16;
  }

  #reserve(count: number): void {
    if (this.#at + count <= this.#chunk.length) return;
    const written = this.#at - this.#start;
    const next = Buffer.allocUnsafeSlow(Math.max(CHUNK_BYTES, (written + count) * 2));
    this.#chunk.copy(next, 0, this.#start, this.#at);
    this.#chunk = next;
    this.#start = 0;
    this.#at = written;
  }
}

/** Negative where it is no hexadecimal digit. */
function hexValue(code: number): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  const lower = code | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1;
}

/** The same bytes in fewer buffers, without a copy: rows that were written one behind the other become one. */
export function joinNeighbours(rows: readonly Buffer[]): Buffer[] {
  const joined: Buffer[] = [];
  let [first, bytes] = [rows[0], 0];
  for (const row of rows) {
    if (first && row.buffer === first.buffer && row.byteOffset === first.byteOffset + bytes) {
      bytes += row.length;
    } else {
      if (first) joined.push(Buffer.from(first.buffer, first.byteOffset, bytes));
      first = row;
      bytes = row.length;
    }
  }
  if (first) joined.push(Buffer.from(first.buffer, first.byteOffset, bytes));
  return joined;
}
