/** How late a deadline may be noticed. */
const SWEEP_MS = 50;

export interface Expiring {
  /** On the clock of `performance.now()`. */
  readonly deadlineMs: number;
  /** Its place among those that wait, kept by `Deadlines`. */
  deadlineSlot: number;
  /** Must lead to its deletion. */
  expire(): void;
}

/**
 * The deadlines of everything under way. One timer looks through them all: a few hundred comparisons every 50 ms cost
 * less than a timer set and cleared for each of thousands of requests a second. It runs only while something waits.
 */
export class Deadlines<T extends Expiring> {
  readonly #waiting: T[] = [];
  #sweep: NodeJS.Timeout | undefined;

  add(item: T): void {
    item.deadlineSlot = this.#waiting.push(item) - 1;
    // An immediate runs after the sockets were read: an answer that came while the process was busy still counts.
    this.#sweep ??= setInterval(() => setImmediate(() => this.#expireDue()), SWEEP_MS);
  }

  /** Takes out an item that was added; the last one takes its place. */
  delete(item: T): void {
    const last = this.#waiting.pop() as T;
    if (last === item) return;
    this.#waiting[item.deadlineSlot] = last;
    last.deadlineSlot = item.deadlineSlot;
  }

  /** A copy: what is done with them deletes them. */
  all(): T[] {
    return [...this.#waiting];
  }

  #expireDue(): void {
    if (this.#waiting.length === 0) {
      clearInterval(this.#sweep);
      this.#sweep = undefined;
      return;
    }
    const nowMs = performance.now();
    for (const item of this.all()) if (item.deadlineMs <= nowMs) item.expire();
  }
}
