/** CLOCK_MONOTONIC in milliseconds: one clock for all processes of a machine, which no time server sets. */
export function monotonicMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
