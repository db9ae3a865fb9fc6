/** What a process held at a moment of the run. */
export interface MemorySample {
  atMs: number;
  rssBytes: number;
}

/** Where the memory of a Node process is, as its metrics tell. */
export interface NodeMemory {
  heapBytes: number;
  /** Of buffers, outside of the heap. */
  externalBytes: number;
}

/** Reads prom-client's metrics of a Node process. */
export function nodeMemoryOf(metrics: string): NodeMemory {
  return {
    heapBytes: gaugeIn(metrics, 'nodejs_heap_size_used_bytes'),
    externalBytes: gaugeIn(metrics, 'nodejs_external_memory_bytes'),
  };
}

function gaugeIn(metrics: string, name: string): number {
  return Number(new RegExp(`^${name}(?:\\{[^}]*\\})? (\\S+)$`, 'm').exec(metrics)?.[1] ?? Number.NaN);
}

export interface Growth {
  /** Median of the time after the warm-up. */
  beforeBytes: number;
  /** Median of the last time of the same length. */
  afterBytes: number;
  grownBytes: number;
}

/**
 * A process that has just started grows by what it compiles and caches: that is not looked at. Of what follows, its
 * beginning and its end are compared by their medians, since the garbage collector moves single samples by tens of MiB.
 */
const WARM_UP_SHARE = 1 / 5;
const WINDOW_SHARE = 1 / 5;

/** @throws Error where there are too few samples to say anything */
export function growthOf(samples: readonly MemorySample[], runMs: number): Growth {
  const warmUpMs = runMs * WARM_UP_SHARE;
  const windowMs = runMs * WINDOW_SHARE;
  const before = within(samples, warmUpMs, warmUpMs + windowMs);
  const after = within(samples, runMs - windowMs, runMs);
  if (before.length < 3 || after.length < 3) throw new Error(`${samples.length} samples are too few`);
  const beforeBytes = median(before);
  const afterBytes = median(after);
  return { beforeBytes, afterBytes, grownBytes: afterBytes - beforeBytes };
}

function within(samples: readonly MemorySample[], fromMs: number, toMs: number): number[] {
  return samples.flatMap(({ atMs, rssBytes }) => (atMs >= fromMs && atMs <= toMs ? [rssBytes] : []));
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] as number;
}
