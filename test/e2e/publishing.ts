import { createPublisher } from '@herald/publisher/publisher';
import { runSimulation } from '@herald/publisher/simulation-run';
import { type SimulatedEvent, simulatedWorld, simulateEvents } from '@herald/publisher/simulator';
import type { Herald, TestAccount } from '@herald/testkit/herald';

export interface PublishOptions {
  count: number;
  eventsPerSecond: number;
  seed: number;
  /** Called with how many events are on record. */
  onPublished?: (events: number) => void;
}

/** Publishes simulated events of the account by the SDK; resolves with those on record. */
export async function publish(
  { stack }: Herald,
  { accountId }: TestAccount,
  { count, eventsPerSecond, seed, onPublished = () => {} }: PublishOptions,
): Promise<SimulatedEvent[]> {
  const accounts = simulatedWorld({ accountIds: [accountId], projectsPerAccount: 1, channelsPerProject: 3 });
  const publisher = await createPublisher({ brokers: stack.brokers, registry: stack.registryUrl });
  const published: SimulatedEvent[] = [];
  try {
    await runSimulation({
      events: simulateEvents({ seed, accounts, now: Date.now }),
      publish: (event) => publisher.publish(event),
      count,
      eventsPerSecond,
      onPublished(event) {
        published.push(event);
        onPublished(published.length);
      },
    });
  } finally {
    await publisher.close();
  }
  return published;
}
