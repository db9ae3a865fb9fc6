/** Of latencies in milliseconds; `Infinity` where so many have not arrived. */
export interface Percentiles {
  count: number;
  p50: number;
  p90: number;
  p99: number;
  max: number;
}

/** By nearest rank: each is a value that was measured. `Infinity` stands for one that never arrived. */
export function percentilesOf(values: ArrayLike<number>): Percentiles {
  const sorted = Float64Array.from(values).sort();
  const at = (share: number) =>
    sorted.length === 0 ? Number.NaN : (sorted[Math.max(Math.ceil(share * sorted.length) - 1, 0)] as number);
  return { count: sorted.length, p50: at(0.5), p90: at(0.9), p99: at(0.99), max: at(1) };
}
