import type { DeliveryAttempt } from '@herald/contracts/generated/delivery-attempt';
import type { HostileReceiver } from './receivers.ts';

/** How the attempts at one receiver ended, and how long the longest took. */
export interface Outcomes {
  receiver: HostileReceiver;
  counts: ReadonlyMap<string, number>;
  attempts: number;
  longestMs: number;
}

export interface OutcomeTally {
  count(attempt: DeliveryAttempt): void;
  readonly attempts: number;
  all(): Outcomes[];
}

/** @param receiverOf by the id of its endpoint */
export function createOutcomeTally(receiverOf: ReadonlyMap<string, HostileReceiver>): OutcomeTally {
  const tallies = new Map<
    HostileReceiver,
    { counts: Map<string, number>; attempts: number; longestMs: number }
  >([...receiverOf.values()].map((receiver) => [receiver, { counts: new Map(), attempts: 0, longestMs: 0 }]));
  let attempts = 0;
  return {
    count({ disposition, endpoint_id, outcome, response, duration_ms }) {
      const receiver = receiverOf.get(endpoint_id);
      const tally = receiver && tallies.get(receiver);
      if (!tally || disposition !== 'ATTEMPTED') return;
      const ended = response ? String(response.status) : (outcome ?? 'unknown');
      tally.counts.set(ended, (tally.counts.get(ended) ?? 0) + 1);
      tally.attempts += 1;
      tally.longestMs = Math.max(tally.longestMs, duration_ms);
      attempts += 1;
    },
    get attempts() {
      return attempts;
    },
    all: () => [...tallies].map(([receiver, tally]) => ({ receiver, ...tally })),
  };
}

/** What is not as it has to be: an outcome of another kind, none at all, or one that came after its deadline. */
export function faultsOf(all: readonly Outcomes[], maxDurationMs: number): string[] {
  return all.flatMap(({ receiver: { name, expected }, counts, attempts, longestMs }) => {
    const faults: string[] = [];
    if (attempts === 0) faults.push(`${name}: nothing was attempted`);
    for (const [ended, count] of counts) {
      if (!expected.includes(ended))
        faults.push(`${name}: ${count} ended as ${ended}, not ${expected.join(' or ')}`);
    }
    if (longestMs > maxDurationMs) faults.push(`${name}: an attempt took ${Math.round(longestMs)} ms`);
    return faults;
  });
}
