import { webhookId } from '@herald/domain/ids';
import { createPublisher } from '@herald/publisher/publisher';
import { runSimulation } from '@herald/publisher/simulation-run';
import { type SimulatedAccount, simulateEvents } from '@herald/publisher/simulator';
import { eventually } from '@herald/testkit/eventually';
import { openWitness } from '@herald/testkit/witness';
import type { Screen } from './screen.ts';
import type { Stage } from './stage.ts';

/** What was published while the endpoint was down. */
export interface Missed {
  /** `webhook-id` of every message that the endpoint is owed. */
  webhookIds: ReadonlySet<string>;
  /** Where the events are, as the command line takes it: `partition:from-to`, separated by commas. */
  offsets: string;
  /** Deliveries that were given up. */
  dead: number;
}

export interface Outage {
  stage: Stage;
  screen: Screen;
  account: SimulatedAccount;
  endpointId: string;
  events: number;
  eventsPerSecond: number;
}

const SEED = 1;

/** The longest that the short schedule takes, and a machine under load. */
const DYING_TIMEOUT_MS = 180_000;

/** Publishes as an upstream service does, and waits until every delivery to the endpoint has died. */
export async function goThroughOutage(outage: Outage): Promise<Missed> {
  const { stage, screen, endpointId, events } = outage;
  const { brokers, registryUrl } = stage;
  let dead = 0;
  const witness = await openWitness({
    brokers,
    registryUrl,
    onAttempt(attempt) {
      if (attempt.endpoint_id === endpointId && attempt.verdict === 'DEAD') dead += 1;
    },
  });
  try {
    const published = await publish(outage);
    screen.line(`${events} events are on record; the endpoint refuses each until its retries are used up`);
    await eventually(
      () => {
        if (dead < events) throw new Error(`${dead} of ${events} deliveries have died`);
      },
      { timeoutMs: DYING_TIMEOUT_MS },
    );
    screen.line(`${dead} deliveries are dead letters`);
    return { ...published, dead };
  } finally {
    await witness.close();
  }
}

async function publish(outage: Outage): Promise<Omit<Missed, 'dead'>> {
  const { stage, account, endpointId, events, eventsPerSecond } = outage;
  const { brokers, registryUrl } = stage;
  const publisher = await createPublisher({ brokers, registry: registryUrl, logger: { log: () => {} } });
  const webhookIds = new Set<string>();
  const ranges = new Map<number, { from: number; to: number }>();
  try {
    await runSimulation({
      events: simulateEvents({ seed: SEED, accounts: [account], now: Date.now }),
      publish: (event) => publisher.publish(event),
      count: events,
      eventsPerSecond,
      onPublished(_, { partition, offset, event_id }) {
        webhookIds.add(webhookId(event_id, endpointId));
        const { from, to } = ranges.get(partition) ?? { from: offset, to: offset + 1 };
        ranges.set(partition, { from: Math.min(from, offset), to: Math.max(to, offset + 1) });
      },
    });
  } finally {
    await publisher.close();
  }
  return { webhookIds, offsets: [...ranges].map(([p, { from, to }]) => `${p}:${from}-${to}`).join(',') };
}
