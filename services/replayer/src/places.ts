import type { ReplayJob } from '@herald/replay/job';

/** How many places accounts have; none for one that is not named. */
export type Places = ReadonlyMap<string, number>;

type InLine = Pick<ReplayJob, 'accountId' | 'createdAtMs'>;

/** The first is whose account has the fewest places, and of those the oldest. */
export function nextInLine<J extends InLine>(waiting: Iterable<J>, places: Places): J | undefined {
  let first: J | undefined;
  for (const job of waiting) {
    if (!first || isBefore(job, first, places)) first = job;
  }
  return first;
}

/**
 * The account that is to give up a place while others wait: who has the most, where the first in line has at least two
 * fewer. With one fewer the two would only change seats.
 */
export function whoGivesWay(waiting: Iterable<InLine>, places: Places): string | undefined {
  const first = nextInLine(waiting, places);
  if (!first) return undefined;
  const [most] = [...places].sort(([, a], [, b]) => b - a);
  return most && most[1] - (places.get(first.accountId) ?? 0) >= 2 ? most[0] : undefined;
}

function isBefore(a: InLine, b: InLine, places: Places): boolean {
  const fewer = (places.get(a.accountId) ?? 0) - (places.get(b.accountId) ?? 0);
  return fewer < 0 || (fewer === 0 && a.createdAtMs < b.createdAtMs);
}
