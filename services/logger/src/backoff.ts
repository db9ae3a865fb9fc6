const FIRST_MS = 200;
const MAX_MS = 10_000;

/**
 * The wait before try number `failures` + 1: doubled each time up to 10 s, of which a random half is taken off, so
 * that loggers which failed together do not come back together.
 * @param random as Math.random
 */
export function backoffMs(failures: number, random: () => number): number {
  const ceilingMs = Math.min(MAX_MS, FIRST_MS * 2 ** Math.min(failures - 1, 30));
  return Math.round(ceilingMs * (0.5 + random() / 2));
}
