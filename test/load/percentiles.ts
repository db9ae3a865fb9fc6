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

/**
 * Of several rounds of one measurement: each percentile the median of the rounds', so that a machine that stood still in
 * one of them does not decide; the maximum is that of all.
 */
export function medianRound(rounds: readonly Percentiles[]): Percentiles {
  const of = (name: keyof Percentiles) => rounds.map((round) => round[name]);
  return {
    count: of('count').reduce((sum, count) => sum + count, 0),
    p50: median(of('p50')),
    p90: median(of('p90')),
    p99: median(of('p99')),
    max: rounds.length === 0 ? Number.NaN : Math.max(...of('max')),
  };
}

/** The one in the middle, of an even number the higher of the two; `NaN` of nothing. */
export function median(values: readonly number[]): number {
  return Float64Array.from(values).sort()[Math.floor(values.length / 2)] ?? Number.NaN;
}
