import { setTimeout as sleep } from 'node:timers/promises';
import { type Account, type Duty, type Evidence, settle } from './accounting.ts';
import type { Witness } from './witness.ts';

export interface Settling {
  duties: readonly Duty[];
  /** What receivers have got by now. */
  arrivals: () => Evidence['arrivals'];
  witness: Witness;
  /**
   * Without any change for so long nothing more is to be expected. Default two minutes: the place of a killed
   * dispatcher is free after 45 s.
   */
  patienceMs?: number;
}

const LOOK_EVERY_MS = 500;

/** Resolves when every duty is settled and the lanes have nothing left, or when nothing changes any more. */
export async function untilSettled(settling: Settling): Promise<Account> {
  const { duties, arrivals, witness, patienceMs = 120_000 } = settling;
  let last = '';
  let changedAtMs = Date.now();
  for (;;) {
    const lagRecords = await witness.lagRecords();
    // Topics before receivers: what has left the topics since is then with the receivers.
    const whereabouts = await witness.whereabouts();
    const account = settle({ duties, arrivals: arrivals(), whereabouts });
    const pending = account.waiting + account.lost.length;
    if (pending === 0 && lagRecords === 0) return account;

    const now = `${pending} ${lagRecords} ${account.duplicates}`;
    if (now !== last) changedAtMs = Date.now();
    if (Date.now() - changedAtMs > patienceMs) return account;
    last = now;
    await sleep(LOOK_EVERY_MS);
  }
}
