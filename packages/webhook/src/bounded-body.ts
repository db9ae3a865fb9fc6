/** Of the body of an answer, what goes on record. */
export const MAX_KEPT_BODY_BYTES = 16 * 1024;

const EMPTY = Buffer.alloc(0);

/** The first bytes of a body, copied: what undici gives are views of larger buffers that it would keep alive. */
export class BoundedBody {
  readonly #maxBytes: number;
  #kept: Buffer = EMPTY;
  #keptBytes = 0;
  #receivedBytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  get receivedBytes(): number {
    return this.#receivedBytes;
  }

  get truncated(): boolean {
    return this.#receivedBytes > this.#maxBytes;
  }

  add(chunk: Buffer): void {
    this.#receivedBytes += chunk.length;
    const takenBytes = Math.min(chunk.length, this.#maxBytes - this.#keptBytes);
    if (takenBytes === 0) return;
    if (this.#keptBytes === 0) {
      this.#kept = Buffer.from(chunk.subarray(0, takenBytes));
    } else {
      // Most bodies come in one chunk. Others get the whole room at once: one byte a chunk must not cost more.
      if (this.#kept.length < this.#maxBytes) this.#kept = grown(this.#kept, this.#maxBytes);
      chunk.copy(this.#kept, this.#keptBytes, 0, takenBytes);
    }
    this.#keptBytes += takenBytes;
  }

  bytes(): Buffer {
    return this.#kept.subarray(0, this.#keptBytes);
  }
}

function grown(bytes: Buffer, toBytes: number): Buffer {
  const larger = Buffer.allocUnsafeSlow(toBytes);
  bytes.copy(larger);
  return larger;
}
