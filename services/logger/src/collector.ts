import type { LaneRecord } from '@herald/kafka/record';

/** A record and the row that stands for it. */
export interface Entry {
  record: LaneRecord;
  bytes: Buffer;
}

export interface Bounds {
  maxRows: number;
  maxBytes: number;
}

/** Rows of one table that wait to be inserted together, cut so that no insert is larger than its bounds. */
export class Collector {
  readonly #bounds: Bounds;
  #entries: Entry[] = [];
  #bytes = 0;

  constructor(bounds: Bounds) {
    this.#bounds = bounds;
  }

  get rows(): number {
    return this.#entries.length;
  }

  /** Whether there is enough for an insert of full size. */
  get isFull(): boolean {
    return this.#entries.length >= this.#bounds.maxRows || this.#bytes >= this.#bounds.maxBytes;
  }

  add(entry: Entry): void {
    this.#entries.push(entry);
    this.#bytes += entry.bytes.length;
  }

  /** The oldest rows, as many as one insert takes; at least one, however large, where there is any. */
  take(): Entry[] {
    const { maxRows, maxBytes } = this.#bounds;
    let rows = 0;
    let bytes = 0;
    for (const entry of this.#entries) {
      if (rows === maxRows || (rows > 0 && bytes + entry.bytes.length > maxBytes)) break;
      rows += 1;
      bytes += entry.bytes.length;
    }
    this.#bytes -= bytes;
    return this.#entries.splice(0, rows);
  }
}
