/** How long a reader may be behind, or not know whether it is, before it no longer follows. */
const defaultGraceMs = 5_000;

/**
 * Knows whether a reader keeps up with the end of its log, from looks at both. Its times are of `performance.now`: by a
 * clock that is set back a reader would follow for as long as it was set back.
 */
export class TailWatch {
  #caughtUpAtMs = Number.NEGATIVE_INFINITY;
  /** The oldest end seen that the reader had not reached, and when. */
  #ahead: { endOffset: number; seenAtMs: number } | undefined;

  /** At `atMs` the log ended at `endOffset` (not before) and the reader was at `position` (not before). */
  saw(endOffset: number, position: number, atMs: number): void {
    if (position >= endOffset) {
      this.#caughtUpAtMs = Math.max(this.#caughtUpAtMs, atMs);
      this.#ahead = undefined;
      return;
    }
    if (this.#ahead && position >= this.#ahead.endOffset) {
      // It was level with the log as that was then; it is behind by what came later.
      this.#caughtUpAtMs = this.#ahead.seenAtMs;
      this.#ahead = undefined;
    }
    this.#ahead ??= { endOffset, seenAtMs: atMs };
  }

  /** Whether the reader has been level with the end within the last `graceMs`, default 5,000. */
  isFollowing(nowMs: number, graceMs = defaultGraceMs): boolean {
    return nowMs - this.#caughtUpAtMs <= graceMs;
  }
}
