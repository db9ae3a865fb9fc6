import { deliveryId, webhookId } from '@herald/domain/ids';

/** One event that has to reach one endpoint. */
export interface Duty {
  eventId: string;
  endpointId: string;
}

/** Where a delivery that nobody has received is kept. */
export type Whereabouts = 'dead' | 'held' | 'waiting';

export interface Evidence {
  /** What was published, for whom: the publisher's own knowledge, not Herald's. */
  duties: readonly Duty[];
  /** What receivers got, and what they answered. */
  arrivals: Iterable<{ webhookId: string; status: number | undefined }>;
  /** By delivery id: what the topics keep. */
  whereabouts: ReadonlyMap<string, Whereabouts>;
}

export interface Account {
  delivered: number;
  dead: number;
  held: number;
  waiting: number;
  /** Neither received nor kept anywhere. */
  lost: Duty[];
  /** Arrivals of a message after it had been accepted. */
  duplicates: number;
  /** Messages at receivers that had no claim to them. */
  unexpected: string[];
}

/** Settles what was published against what arrived: each duty is in exactly one state. */
export function settle({ duties, arrivals, whereabouts }: Evidence): Account {
  const accepted = new Set<string>();
  const seen = new Set<string>();
  let duplicates = 0;
  for (const { webhookId: id, status } of arrivals) {
    seen.add(id);
    if (accepted.has(id)) duplicates += 1;
    if (status !== undefined && status >= 200 && status < 300) accepted.add(id);
  }

  const account: Account = {
    delivered: 0,
    dead: 0,
    held: 0,
    waiting: 0,
    lost: [],
    duplicates,
    unexpected: [],
  };
  for (const duty of duties) {
    const id = webhookId(duty.eventId, duty.endpointId);
    seen.delete(id);
    if (accepted.has(id)) account.delivered += 1;
    else {
      const kept = whereabouts.get(deliveryId(duty.eventId, duty.endpointId, 'event'));
      if (kept) account[kept] += 1;
      else account.lost.push(duty);
    }
  }
  account.unexpected = [...seen];
  return account;
}
