/**
 * How much of one partition is received and not complete, in records and bytes. Full at either bound; once it
 * was full it stays closed until both have fallen to half, so that a partition is not paused and resumed for
 * every record.
 */
export class Window {
  readonly #maxRecords: number;
  readonly #maxBytes: number;
  #records = 0;
  #bytes = 0;
  #closed = false;

  constructor(maxRecords: number, maxBytes: number) {
    this.#maxRecords = maxRecords;
    this.#maxBytes = maxBytes;
  }

  get records(): number {
    return this.#records;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** True from full until half empty: fetch nothing more. */
  get closed(): boolean {
    return this.#closed;
  }

  /** True when one more record may be received. An empty window takes a record of any size. */
  get hasRoom(): boolean {
    return this.#records < this.#maxRecords && this.#bytes < this.#maxBytes;
  }

  add(bytes: number): void {
    this.#records += 1;
    this.#bytes += bytes;
    if (!this.hasRoom) this.#closed = true;
  }

  release(bytes: number): void {
    this.#records -= 1;
    this.#bytes -= bytes;
    if (this.#records <= this.#maxRecords / 2 && this.#bytes <= this.#maxBytes / 2) this.#closed = false;
  }
}
