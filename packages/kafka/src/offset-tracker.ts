/** A half-open run of offsets, `[start, end)`. */
export interface OffsetRange {
  start: number;
  end: number;
}

/**
 * What of one partition has been received and what of it is complete.
 *
 * The low-water mark is the first offset that is not complete: committing it never skips anything. Completions
 * beyond it are kept as runs. Offsets that do not exist (compacted away, transaction markers) count as complete.
 */
export class OffsetTracker {
  #lowWater: number;
  #position: number;
  /** Complete runs beyond the low-water mark: sorted, disjoint, never touching each other or the mark. */
  readonly #runs: OffsetRange[] = [];

  /** @param lowWater the committed offset. @param completed what is complete beyond it, in any order. */
  constructor(lowWater: number, completed: readonly OffsetRange[] = []) {
    this.#lowWater = lowWater;
    this.#position = lowWater;
    for (const run of completed) this.#add(run.start, run.end);
  }

  get lowWater(): number {
    return this.#lowWater;
  }

  /** The next offset to receive. */
  get position(): number {
    return this.#position;
  }

  /** Complete runs beyond the low-water mark, in order. */
  get completed(): readonly OffsetRange[] {
    return this.#runs;
  }

  /**
   * Takes note of a record that was fetched. True when it is to be worked on, false when it was received before
   * or is complete already. Offsets between the last record and this one do not exist in the log.
   */
  receive(offset: number): boolean {
    if (offset < this.#position) return false;
    this.skipTo(offset);
    this.#position = offset + 1;
    return !this.#isComplete(offset);
  }

  /** No record exists from the position up to `offset`. */
  skipTo(offset: number): void {
    if (offset <= this.#position) return;
    this.#add(this.#position, offset);
    this.#position = offset;
  }

  /** True when `offset` was received and is complete for the first time. */
  complete(offset: number): boolean {
    if (offset >= this.#position || this.#isComplete(offset)) return false;
    this.#add(offset, offset + 1);
    return true;
  }

  #isComplete(offset: number): boolean {
    if (offset < this.#lowWater) return true;
    const run = this.#runs[this.#indexOfRunEndingAfter(offset)];
    return run !== undefined && run.start <= offset;
  }

  #add(from: number, to: number): void {
    const start = Math.max(from, this.#lowWater);
    if (to <= start) return;
    // Everything that overlaps or touches [start, to) becomes one run.
    const first = this.#indexOfRunEndingAfter(start - 1);
    const run = this.#runs[first];
    if (run === undefined || run.start > to) {
      if (start === this.#lowWater) this.#lowWater = to;
      else this.#runs.splice(first, 0, { start, end: to });
      return;
    }
    let next = first;
    let end = to;
    for (; next < this.#runs.length && this.#runs[next]!.start <= to; next++) {
      end = Math.max(end, this.#runs[next]!.end);
    }
    if (start === this.#lowWater) {
      this.#lowWater = end;
      this.#runs.splice(first, next - first);
      return;
    }
    run.start = Math.min(run.start, start);
    run.end = end;
    if (next - first > 1) this.#runs.splice(first + 1, next - first - 1);
  }

  #indexOfRunEndingAfter(offset: number): number {
    let low = 0;
    let high = this.#runs.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#runs[middle]!.end > offset) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}
