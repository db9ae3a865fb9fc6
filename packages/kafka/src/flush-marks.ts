/**
 * Lets someone wait for everything that was handed over before now, while more keeps coming: each handover belongs
 * to the epoch it came in, and a flush begins the next one.
 */
export class FlushMarks {
  readonly #open = new Map<number, number>([[0, 0]]);
  readonly #flushes: { epoch: number; resolve: () => void }[] = [];
  #epoch = 0;

  /** Returns the epoch to give to `finished`. */
  begun(): number {
    this.#open.set(this.#epoch, this.#open.get(this.#epoch)! + 1);
    return this.#epoch;
  }

  finished(epoch: number): void {
    this.#open.set(epoch, this.#open.get(epoch)! - 1);
    this.#resolveFlushes();
  }

  flush(): Promise<void> {
    return new Promise((resolve) => {
      this.#flushes.push({ epoch: this.#epoch, resolve });
      this.#epoch += 1;
      this.#open.set(this.#epoch, 0);
      this.#resolveFlushes();
    });
  }

  #resolveFlushes(): void {
    for (const [epoch, open] of this.#open) {
      if (open > 0 || epoch === this.#epoch) break;
      this.#open.delete(epoch);
    }
    const oldest = this.#open.keys().next().value!;
    while (this.#flushes.length > 0 && this.#flushes[0]!.epoch < oldest) this.#flushes.shift()!.resolve();
  }
}
