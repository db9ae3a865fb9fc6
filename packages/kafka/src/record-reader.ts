/** Reads the parts of a record (magic 2) in place. It trusts its input: the broker has checked the batch's CRC. */
export class RecordReader {
  readonly buffer: Buffer;
  at: number;

  constructor(buffer: Buffer, at: number) {
    this.buffer = buffer;
    this.at = at;
  }

  /** A zigzag-coded integer of up to 53 bits. */
  varint(): number {
    let byte = this.buffer[this.at++]!;
    let value = byte & 127;
    for (let unit = 128; byte > 127; unit *= 128) {
      byte = this.buffer[this.at++]!;
      value += (byte & 127) * unit;
    }
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }

  /** A view of a length-prefixed field; a length of -1 is null. */
  field(): Buffer | null {
    const length = this.varint();
    if (length < 0) return null;
    this.at += length;
    return this.buffer.subarray(this.at - length, this.at);
  }

  skipField(): void {
    const length = this.varint();
    if (length > 0) this.at += length;
  }

  /** The headers that follow; of a repeated name the last counts. No prototype: a header may be called `__proto__`. */
  headers(): Record<string, Buffer | undefined> {
    const headers: Record<string, Buffer | undefined> = Object.create(null);
    for (let left = this.varint(); left > 0; left--) {
      const nameLength = this.varint();
      this.at += nameLength;
      const name = this.buffer.toString('utf8', this.at - nameLength, this.at);
      headers[name] = this.field() ?? undefined;
    }
    return headers;
  }
}
