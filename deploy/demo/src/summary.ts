import type { Account } from '@herald/testkit/accounting';

/** The last line of a run that ends by itself, and of one that stays up before it invites: what was published against what really arrived. */
export interface Summary {
  events: number;
  routed: number;
  delivered: number;
  dead: number;
  held: number;
  waiting: number;
  attempts: number;
  duplicates: number;
  lost: number;
}

export interface Counted {
  events: number;
  /** Deliveries that route records name. */
  routed: number;
  /** Requests on record. */
  attempts: number;
  account: Account;
}

export function summaryOf({ events, routed, attempts, account }: Counted): Summary {
  const { delivered, dead, held, waiting, duplicates, lost } = account;
  return { events, routed, delivered, dead, held, waiting, attempts, duplicates, lost: lost.length };
}

/** What makes the run a failure, each as a sentence; empty for a good one. */
export function complaints(account: Account, refusedSignatures: number): string[] {
  const found: string[] = [];
  if (account.lost.length > 0) {
    const [first] = account.lost;
    found.push(
      `${account.lost.length} deliveries are lost, the first is event ${first?.eventId} to endpoint ${first?.endpointId}.`,
    );
  }
  if (account.unexpected.length > 0) {
    found.push(`${account.unexpected.length} messages came to a receiver that has no claim to them.`);
  }
  if (refusedSignatures > 0)
    found.push(`${refusedSignatures} messages had a signature that does not verify.`);
  return found;
}
