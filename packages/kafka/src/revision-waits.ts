/** Who waits for which revision of a table. */
export class RevisionWaits {
  readonly #waiting = new Set<{ revision: number; end: (reached: boolean) => void }>();
  #reached = -1;
  #ended = false;

  /** True as soon as `revision` is reached; false after `timeoutMs` (Infinity: never) or when the table ends. */
  until(revision: number, timeoutMs: number): Promise<boolean> {
    if (revision <= this.#reached) return Promise.resolve(true);
    if (this.#ended) return Promise.resolve(false);
    return new Promise((resolve) => {
      const timer = Number.isFinite(timeoutMs) ? setTimeout(() => wait.end(false), timeoutMs) : undefined;
      const wait = {
        revision,
        end: (reached: boolean) => {
          clearTimeout(timer);
          this.#waiting.delete(wait);
          resolve(reached);
        },
      };
      this.#waiting.add(wait);
    });
  }

  reached(revision: number): void {
    this.#reached = revision;
    for (const wait of this.#waiting) if (wait.revision <= revision) wait.end(true);
  }

  end(): void {
    this.#ended = true;
    for (const wait of this.#waiting) wait.end(false);
  }
}
