const FIRST_MS = 500;
const LONGEST_MS = 30_000;

/** Wait before what has failed is tried again, in milliseconds: doubles with every failure in a row, from 1. */
export function backoffMs(failuresInARow: number): number {
  return Math.min(LONGEST_MS, FIRST_MS * 2 ** (failuresInARow - 1));
}
