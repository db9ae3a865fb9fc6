/** What has ended is on record in Kafka, and clocks agree, to within this time. */
const SETTLING_MS = 2_000;

/**
 * How long to wait before it is asked how everything stood at a time, milliseconds: what ended by then and is on record
 * only afterwards would make a run find more than its plan has counted.
 */
export function settlingMs(asOfMs: number, nowMs: number): number {
  return Math.min(Math.max(0, asOfMs + SETTLING_MS - nowMs), SETTLING_MS);
}
