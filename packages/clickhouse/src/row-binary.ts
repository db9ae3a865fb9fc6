/** A value that its column cannot hold. The row is at fault, never the server. */
export class UnwritableValue extends Error {}

const INITIAL_BYTES = 64 * 1024;

/** Widest length prefix: 2^28 - 1 bytes, far beyond any record. */
const MAX_PREFIX_BYTES = 4;

/**
 * Writes ClickHouse's RowBinary: values in column order, no separators, strings as their bytes. It keeps bodies
 * exact, which JSON cannot, and spares the server the parsing of text.
 */
export class RowWriter {
  #bytes = Buffer.allocUnsafe(INITIAL_BYTES);
  #at = 0;

  /** What was written since the last `take`, copied. */
  take(): Buffer {
    const taken = Buffer.allocUnsafeSlow(this.#at);
    this.#bytes.copy(taken, 0, 0, this.#at);
    this.#at = 0;
    return taken;
  }

  /** Forgets what was written since the last `take`. */
  discard(): void {
    this.#at = 0;
  }

  string(text: string): void {
    this.#reserve(text.length * 3 + MAX_PREFIX_BYTES);
    // Most strings are short: their length takes one byte, so they can be written in place before it is known.
    const written = this.#bytes.write(text, this.#at + 1);
    if (written < 0x80) {
      this.#bytes[this.#at] = written;
      this.#at += written + 1;
    } else {
      this.length(written);
      this.#at += this.#bytes.write(text, this.#at);
    }
  }

  bytes(value: Uint8Array): void {
    this.#reserve(value.length + MAX_PREFIX_BYTES);
    this.length(value.length);
    this.#bytes.set(value, this.#at);
    this.#at += value.length;
  }

  /** LEB128, as before strings, arrays and maps. */
  length(count: number): void {
    this.#reserve(MAX_PREFIX_BYTES);
    let rest = count;
    while (rest >= 0x80) {
      this.#bytes[this.#at++] = (rest & 0x7f) | 0x80;
      rest >>>= 7;
    }
    this.#bytes[this.#at++] = rest;
  }

  uint8(value: number): void {
    this.#reserve(1);
    this.#at = this.#bytes.writeUInt8(value, this.#at);
  }

  uint16(value: number): void {
    if (value !== (value & 0xffff)) throw new UnwritableValue(`${value} does not fit 16 bits`);
    this.#reserve(2);
    this.#at = this.#bytes.writeUInt16LE(value, this.#at);
  }

  int32(value: number): void {
    if (value !== (value | 0)) throw new UnwritableValue(`${value} does not fit 32 bits`);
    this.#reserve(4);
    this.#at = this.#bytes.writeInt32LE(value, this.#at);
  }

  /** For whole numbers up to 2^53. */
  int64(value: number): void {
    if (!Number.isSafeInteger(value)) throw new UnwritableValue(`${value} is not a whole number below 2^53`);
    this.#reserve(8);
    this.#bytes.writeUInt32LE(value >>> 0, this.#at);
    this.#bytes.writeInt32LE(Math.floor(value / 0x1_0000_0000), this.#at + 4);
    this.#at += 8;
  }

  float64(value: number): void {
    this.#reserve(8);
    this.#at = this.#bytes.writeDoubleLE(value, this.#at);
  }

  /** 36 characters with hyphens; each half of the 16 bytes is written in reverse. */
  uuid(text: string): void {
    this.#reserve(16);
    if (text.length !== 36) throw new UnwritableValue(`${JSON.stringify(text.slice(0, 64))} is not a UUID`);
    for (let byte = 0, char = 0; byte < 16; byte++, char += 2) {
      if (char === 8 || char === 13 || char === 18 || char === 23) char++;
      const value = (hexValue(text.charCodeAt(char)) << 4) | hexValue(text.charCodeAt(char + 1));
      if (value < 0) throw new UnwritableValue(`${JSON.stringify(text)} is not a UUID`);
      this.#bytes[this.#at + (byte < 8 ? 7 - byte : 23 - byte)] = value;
    }
    this.#at += 16;
  }

  #reserve(count: number): void {
    const needed = this.#at + count;
    if (needed <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafe(Math.max(needed, this.#bytes.length * 2));
    this.#bytes.copy(larger, 0, 0, this.#at);
    this.#bytes = larger;
  }
}

/** Negative where it is no hexadecimal digit. */
function hexValue(code: number): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  const lower = code | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1;
}
