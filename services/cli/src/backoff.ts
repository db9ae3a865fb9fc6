const FIRST_MS = 500;
const LONGEST_MS = 30_000;

/** Wait before a crashed service starts again, in milliseconds: doubles with every crash in a row, from 1. */
export function restartDelayMs(crashesInARow: number): number {
  return Math.min(LONGEST_MS, FIRST_MS * 2 ** (crashesInARow - 1));
}
