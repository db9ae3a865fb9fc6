import { createPublisher } from '@herald/publisher/publisher';
import { runSimulation } from '@herald/publisher/simulation-run';
import { type SimulatedEvent, simulatedWorld, simulateEvents } from '@herald/publisher/simulator';
import type { Duty } from '@herald/testkit/accounting';
import { type Behaviour, flaky, healthy, slow } from '@herald/testkit/behaviour';
import { eventually } from '@herald/testkit/eventually';
import type { Herald, TestAccount } from '@herald/testkit/herald';
import { createReceiver, type Received, type Receiver } from '@herald/testkit/receiver';

/** What one receiver of a load is like. */
export interface EndpointPlan {
  behaviour: () => Behaviour;
  /** Fields of the endpoint, by the API's names. */
  fields: { ordering?: 'publication'; [field: string]: unknown };
  /** Subscribes to the first channel only, which has a sixth of the events. Default false. */
  isNarrow?: true;
}

/** The receivers that a load has unless a row plans others. */
export const ENDPOINTS = {
  healthy: { behaviour: healthy, fields: {} },
  flaky: { behaviour: () => flaky({ share: 0.3 }), fields: { retry_schedule: ['5s', '5s', '5s', '5s'] } },
  slow: { behaviour: () => slow({ afterMs: 150 }), fields: { max_concurrency: 20 } },
  ordered: {
    // One after the other, and each failure keeps back what comes after it, for the time of a retry.
    behaviour: () => flaky({ share: 0.02 }),
    fields: { ordering: 'publication', retry_schedule: ['5s', '5s', '5s', '5s'] },
    isNarrow: true,
  },
} satisfies Record<string, EndpointPlan>;

export interface LoadPlan {
  endpoints: readonly EndpointPlan[];
  eventsPerSecond: number;
  seed: number;
}

/** Events at a steady rate, each for every endpoint of one account. */
export interface Load {
  account: TestAccount;
  endpoints: readonly LoadedEndpoint[];
  /** Those on record. */
  readonly published: readonly SimulatedEvent[];
  /** From now on every event is owed to this endpoint of the account, too. */
  join(endpoint: Pick<LoadedEndpoint, 'endpointId' | 'receiver'>): void;
  /** Every endpoint is owed this event, which another than the load's own publisher has put on record. */
  owe(event: SimulatedEvent): void;
  /** Resolves when so many more events are on record. */
  flows(events: number): Promise<void>;
  /** Ends it; resolves when all events are on record. */
  stop(): Promise<void>;
  duties(): Duty[];
  /** How long Kafka took, at the worst, to acknowledge what was published in the second before. */
  acknowledgementMs(atMs: number): number;
  requests(): Received[];
  close(): Promise<void>;
}

export interface LoadedEndpoint {
  endpointId: string;
  receiver: Receiver;
  /** It is owed the events that were published from then on. */
  owedFromMs: number;
  wants: (event: SimulatedEvent) => boolean;
  isOrdered: boolean;
}

/** Before a moment, in which an acknowledgement is telling for it. */
const ACKNOWLEDGEMENT_WINDOW_MS = 1_000;
const FLOW_TIMEOUT_MS = 60_000;
const CHANNELS = 6;

export async function startLoad(herald: Herald, plan: LoadPlan): Promise<Load> {
  const { eventsPerSecond, seed } = plan;
  const account = await herald.openAccount();
  const endpoints: LoadedEndpoint[] = [];
  const published: SimulatedEvent[] = [];
  const acknowledgements: { fromMs: number; toMs: number }[] = [];
  const stopping = new AbortController();

  const { accountId } = account;
  const accounts = simulatedWorld({
    accountIds: [accountId],
    projectsPerAccount: 1,
    channelsPerProject: CHANNELS,
  });
  const channelId = accounts[0]!.projects[0]!.channels[0]!.id;

  for (const { behaviour, fields, isNarrow } of plan.endpoints) {
    const receiver = await createReceiver({ behaviour: behaviour() });
    const subscription = isNarrow ? { subscription: { channel_ids: [channelId] } } : {};
    const { endpointId } = await account.addEndpoint({ url: receiver.url, ...subscription, ...fields });
    endpoints.push({
      endpointId,
      receiver,
      owedFromMs: Date.now(),
      wants: ({ channel }) => !isNarrow || channel.id === channelId,
      isOrdered: fields.ordering !== undefined,
    });
  }
  const { brokers, registryUrl } = herald.stack;
  const publisher = await createPublisher({ brokers, registry: registryUrl, logger: { log() {} } });
  const running = runSimulation({
    events: simulateEvents({ seed, accounts, now: Date.now }),
    async publish(event) {
      const acknowledgement = { fromMs: Date.now(), toMs: Number.POSITIVE_INFINITY };
      acknowledgements.push(acknowledgement);
      const at = await publisher.publish(event);
      acknowledgement.toMs = Date.now();
      return at;
    },
    count: Number.POSITIVE_INFINITY,
    eventsPerSecond,
    signal: stopping.signal,
    onPublished: (event) => published.push(event),
  });
  running.catch(() => {}); // told by `stop`

  return {
    account,
    endpoints,
    published,
    join(endpoint) {
      endpoints.push({ ...endpoint, owedFromMs: Date.now(), wants: () => true, isOrdered: false });
    },
    owe: (event) => void published.push(event),
    async flows(events) {
      const enough = published.length + events;
      await eventually(
        () => {
          if (published.length < enough)
            throw new Error(`${published.length} of ${enough} events are on record`);
        },
        { timeoutMs: FLOW_TIMEOUT_MS },
      );
    },
    async stop() {
      stopping.abort();
      await running;
    },
    duties: () =>
      endpoints.flatMap(({ endpointId, owedFromMs, wants }) =>
        published
          .filter((event) => new Date(event.occurred_at).getTime() >= owedFromMs && wants(event))
          .map(({ event_id: eventId }) => ({ eventId, endpointId })),
      ),
    acknowledgementMs: (atMs) =>
      Math.max(
        0,
        ...acknowledgements
          .filter(({ fromMs, toMs }) => fromMs <= atMs && toMs >= atMs - ACKNOWLEDGEMENT_WINDOW_MS)
          .map(({ fromMs, toMs }) => Math.min(toMs, atMs) - fromMs),
      ),
    requests: () => endpoints.flatMap(({ receiver }) => receiver.requests),
    async close() {
      stopping.abort();
      await running.catch(() => {});
      await publisher.close();
      for (const { receiver } of endpoints) await receiver.close();
    },
  };
}
