import type { Account } from '@herald/testkit/accounting';
import type { Exposure } from './bound.ts';

/** What is known of a row when everything has settled, from receivers, topics and ClickHouse. */
export interface Findings {
  events: number;
  deliveries: number;
  account: Account;
  forks: number;
  /** One for each moment at which work was cut off. */
  exposures: readonly Exposure[];
  /** Messages to an ordered endpoint that came before an older one of their publication. */
  misordered: number;
  /** Records in poison that the row brought about. */
  poison: number;
  /** Attempts on record that ClickHouse does not have, and attempts that it has and the topic has not. */
  history: { missing: number; extra: number };
}

/** How often something may be delivered again: what was in flight or just complete at each cut. */
export function boundOf(exposures: readonly Pick<Exposure, 'inFlight' | 'justEnded'>[]): number {
  return exposures.reduce((sum, { inFlight, justEnded }) => sum + inFlight + justEnded, 0);
}

/** What is wrong; nothing when the guarantees hold. */
export function judge(findings: Findings): string[] {
  const { events, account, forks, exposures, misordered, poison, history } = findings;
  const bound = boundOf(exposures);
  const problems: string[] = [];
  const say = (isWrong: boolean, problem: string) => {
    if (isWrong) problems.push(problem);
  };
  say(events === 0, 'no event was published');
  say(account.lost.length > 0, `${account.lost.length} lost`);
  say(forks > 0, `${forks} forks`);
  say(account.duplicates > bound, `${account.duplicates} duplicates, more than ${bound}`);
  say(account.waiting > 0, `${account.waiting} still wait`);
  say(account.held > 0, `${account.held} are held`);
  say(account.dead > 0, `${account.dead} are dead`);
  say(account.unexpected.length > 0, `${account.unexpected.length} messages that nobody published`);
  say(misordered > 0, `${misordered} out of order`);
  say(poison > 0, `${poison} records in poison`);
  say(history.missing > 0, `${history.missing} attempts are not in ClickHouse`);
  say(history.extra > 0, `${history.extra} attempts are in ClickHouse alone`);
  return problems;
}
