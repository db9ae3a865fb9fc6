import { setTimeout as sleep } from 'node:timers/promises';
import { type Account, settle } from '@herald/testkit/accounting';
import type { LaneProgress } from '@herald/testkit/lane-progress';
import type { Published } from './publishing.ts';
import type { Player } from './receivers.ts';
import type { Witness } from './witness.ts';

export interface Settling {
  published: Published;
  players: readonly Player[];
  witness: Witness;
  progress: LaneProgress;
}

/** Without any change for so long nothing more is to be expected; a killed dispatcher's place is free after 45 s. */
const PATIENCE_MS = 120_000;
const LOOK_EVERY_MS = 500;

/** Resolves when every delivery is settled and the lanes have nothing left, or when nothing changes any more. */
export async function waitUntilSettled(settling: Settling): Promise<Account> {
  let last = '';
  let changedAtMs = Date.now();
  for (;;) {
    const lagRecords = await settling.progress.lagRecords();
    const account = await accountNow(settling);
    const pending = account.waiting + account.lost.length;
    if (pending === 0 && lagRecords === 0) return account;
    const now = `${pending} ${lagRecords} ${account.duplicates}`;
    if (now !== last) changedAtMs = Date.now();
    if (Date.now() - changedAtMs > PATIENCE_MS) return account;
    last = now;
    await sleep(LOOK_EVERY_MS);
  }
}

async function accountNow({ published, players, witness }: Settling): Promise<Account> {
  // Topics first: what has left them since is then with the receivers.
  const whereabouts = await witness.whereabouts();
  const arrivals = players.flatMap(({ receiver }) => receiver.requests);
  return settle({ duties: published.duties, arrivals, whereabouts });
}
