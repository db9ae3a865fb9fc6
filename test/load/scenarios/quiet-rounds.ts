import type { Round } from '../results.ts';
import { type Company, MAX_STOLEN_CORES, mostCompany } from '../usage.ts';

/** The company is the most of any round that counts. */
export interface QuietRounds extends Company {
  rounds: Round[];
  /** Measured too, and left out: the host of the virtual machine kept more back in them than in those that count. */
  disturbed: Round[];
}

/** A round, and who else was at work in either half of it. */
export interface MeasuredRound extends Company {
  round: Round;
}

/** So many rounds are measured for one that is wanted, at most. */
export const TRIES_A_ROUND = 2;

/**
 * As many rounds as are wanted, of those measured the ones in which the host kept least back. It measures more than are
 * wanted as long as too few were quiet. What a round came to has no part in whether it counts.
 */
export async function quietRounds(
  wanted: number,
  measure: (round: number) => Promise<MeasuredRound>,
): Promise<QuietRounds> {
  const measured: MeasuredRound[] = [];
  const quiet = () => measured.filter(({ stolenCores }) => stolenCores <= MAX_STOLEN_CORES).length;
  while (quiet() < wanted && measured.length < wanted * TRIES_A_ROUND)
    measured.push(await measure(measured.length));

  const quietest = measured.toSorted((one, other) => one.stolenCores - other.stolenCores);
  const counted = new Set(quietest.slice(0, wanted));
  const roundsWhere = (isCounted: boolean) =>
    measured.filter((each) => counted.has(each) === isCounted).map(({ round }) => round);
  return { rounds: roundsWhere(true), disturbed: roundsWhere(false), ...mostCompany([...counted]) };
}
