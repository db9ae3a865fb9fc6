import type { LoadEvent } from '../load-event.ts';
import type { LoadSender } from '../load-sender.ts';
import { within } from '../within.ts';

const BATCH_EVENTS = 500;
/** Batches under way: enough to keep a sender busy, few enough that it may push back. */
const BATCHES_IN_FLIGHT = 4;

const TIMEOUT_MS = 120_000;

/** Publishes as fast as the sender accepts. Resolves when all is accepted. @throws Error when that takes too long */
export async function publishAll(sender: LoadSender, events: readonly LoadEvent[]): Promise<void> {
  let next = 0;
  const publishInTurn = async () => {
    while (next < events.length) {
      const batch = events.slice(next, next + BATCH_EVENTS);
      next += batch.length;
      await sender.publish(batch);
    }
  };
  const publishing = Promise.all(Array.from({ length: BATCHES_IN_FLIGHT }, publishInTurn));
  await within(publishing, TIMEOUT_MS, `accepting ${events.length} events`);
}

/** The events of a run, given to its projects in turn. */
export function eventsFor(run: number, count: number, projects: readonly { name: string }[]): LoadEvent[] {
  return Array.from({ length: count }, (_, seq) => ({
    run,
    seq,
    project: (projects[seq % projects.length] as { name: string }).name,
  }));
}
