import type { EventType } from '@herald/domain/event-type';
import { createPublisher } from '@herald/publisher/publisher';
import { runSimulation } from '@herald/publisher/simulation-run';
import { type SimulatedAccount, simulateEvents } from '@herald/publisher/simulator';
import type { Duty } from '@herald/testkit/accounting';
import type { DemoOptions } from './options.ts';
import type { Player } from './receivers.ts';
import { partsFor } from './scenario.ts';

export interface Published {
  events: number;
  /** What is owed from now on: by the publisher's knowledge, not Herald's. */
  duties: Duty[];
}

export interface Publishing {
  brokers: string[];
  registryUrl: string;
  account: SimulatedAccount;
  players: readonly Player[];
  options: Pick<DemoOptions, 'events' | 'eventsPerSecond' | 'seed'>;
  /** Called with how many events are on record. */
  onPublished: (events: number) => void;
}

/** Publishes as an upstream service does; resolves when the last event is on record. */
export async function publishEvents(publishing: Publishing): Promise<Published> {
  const { brokers, registryUrl, account, players, options, onPublished } = publishing;
  const publisher = await createPublisher({ brokers, registry: registryUrl, logger: { log: () => {} } });
  const duties: Duty[] = [];
  let events = 0;
  try {
    await runSimulation({
      events: simulateEvents({ seed: options.seed, accounts: [account], now: Date.now }),
      publish: (event) => publisher.publish(event),
      count: options.events,
      eventsPerSecond: options.eventsPerSecond,
      onPublished({ event_id: eventId, event_type }) {
        events += 1;
        const wanted = partsFor(event_type as EventType);
        for (const { part, endpointId } of players) {
          if (wanted.includes(part)) duties.push({ eventId, endpointId });
        }
        onPublished(events);
      },
    });
  } finally {
    await publisher.close();
  }
  return { events, duties };
}
