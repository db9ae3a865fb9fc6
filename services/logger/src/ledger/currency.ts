import type { PartitionProgress } from '@herald/kafka/group-progress';

/** Where all partitions ended at one moment. */
interface Sample {
  atMs: number;
  ends: ReadonlyMap<string, number>;
}

/**
 * Finds of what moment the history speaks: of the latest one whose ends of all partitions are on record. While the
 * logger is behind, that moment stands still, and nothing that is merely not logged yet is taken for missing.
 */
export class Currency {
  readonly #maxSamples: number;
  #samples: Sample[] = [];
  #asOfMs: number | undefined;

  /** @param maxSamples from 2; with more moments to wait for, every second one is forgotten */
  constructor(maxSamples = 1_000) {
    this.#maxSamples = maxSamples;
  }

  /** Epoch milliseconds; undefined until the logger has caught up with one moment. */
  get asOfMs(): number | undefined {
    return this.#asOfMs;
  }

  /** @param atMs the moment of asking, not later than that of the ends */
  note(atMs: number, progress: readonly PartitionProgress[]): void {
    const committed = new Map(progress.map((one) => [keyOf(one), one.committedOffset]));
    this.#samples.push({ atMs, ends: new Map(progress.map((one) => [keyOf(one), one.endOffset])) });
    const last = this.#samples.findLastIndex(({ ends }) => isCovered(ends, committed));
    if (last >= 0) {
      this.#asOfMs = this.#samples[last]!.atMs;
      this.#samples = this.#samples.slice(last + 1);
    }
    if (this.#samples.length > this.#maxSamples) {
      this.#samples = this.#samples.filter((_, index) => index % 2 === 0);
    }
  }
}

function isCovered(ends: ReadonlyMap<string, number>, committed: ReadonlyMap<string, number>): boolean {
  return [...ends].every(([key, end]) => (committed.get(key) ?? 0) >= end);
}

function keyOf({ topic, partition }: PartitionProgress): string {
  return `${topic}:${partition}`;
}
