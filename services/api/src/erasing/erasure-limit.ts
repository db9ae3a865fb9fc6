import type { Erasure } from '@herald/domain/erasure';

/**
 * Every erasure is remembered for a long time by all that writes history or sends it again. Who has more to erase asks
 * the operator to erase the account.
 */
export const MAX_ERASURES_A_DAY = 1_000;

const DAY_MS = 24 * 60 * 60_000;

/**
 * When an account that has erased as many publications of late as it may can erase the next, epoch milliseconds;
 * undefined for now. The same publication again counts once, and what the operator has erased counts as well.
 */
export function mayEraseFromMs(
  erasures: readonly Erasure[],
  accountId: string,
  nowMs: number,
): number | undefined {
  const lately = erasures
    .filter((erasure) => erasure.accountId === accountId && erasure.erasedAtMs > nowMs - DAY_MS)
    .map(({ erasedAtMs }) => erasedAtMs)
    .toSorted((a, b) => a - b);
  const first = lately.at(-MAX_ERASURES_A_DAY);
  return first === undefined ? undefined : first + DAY_MS;
}
