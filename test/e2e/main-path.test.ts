import type { SimulatedEvent } from '@herald/publisher/simulator';
import type { Account } from '@herald/testkit/accounting';
import { type Behaviour, failing, flaky, gone, healthy } from '@herald/testkit/behaviour';
import { untilConfigured } from '@herald/testkit/configuration';
import { eventually } from '@herald/testkit/eventually';
import { type Herald, openHerald, type TestAccount } from '@herald/testkit/herald';
import { createReceiver, type Receiver } from '@herald/testkit/receiver';
import { untilSettled } from '@herald/testkit/settling';
import { openWitness, type Witness } from '@herald/testkit/witness';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ChatServers, describeChats, openChatServers } from './chats.ts';
import { examplePayload, publishExample } from './examples.ts';
import { publish, publishByHttp } from './publishing.ts';
import { verifierOf } from './signature.ts';

const EVENTS = 120;

interface Part {
  behaviour: Behaviour;
  /** Fields of the endpoint, by the API's names. */
  fields: object;
  wants: (event: SimulatedEvent) => boolean;
}

const anything = () => true;

const PARTS = {
  healthy: { behaviour: healthy(), fields: {}, wants: anything },
  flaky: { behaviour: flaky({ share: 0.3 }), fields: { retry_schedule: ['5s', '5s'] }, wants: anything },
  gone: { behaviour: gone(), fields: {}, wants: anything },
  broken: {
    // A refusal is a sign of life: with 500 its breaker would open, and deliveries do not die of an outage.
    behaviour: failing(404),
    fields: { retry_schedule: ['5s'], subscription: { event_types: ['publication.failed'] } },
    wants: (event) => event.event_type === 'publication.failed',
  },
} satisfies Record<string, Part>;

type PartName = keyof typeof PARTS;
const NAMES = Object.keys(PARTS) as PartName[];

interface Delivery {
  delivery_id: string;
  event_id: string;
  state: string;
  attempts: number;
}

let chats: ChatServers;
let herald: Herald;
let witness: Witness;
let account: TestAccount;
let events: SimulatedEvent[];
let settled: Account;
const receivers = {} as Record<PartName, Receiver>;
const endpointIds = {} as Record<PartName, string>;

const wantedBy = (name: PartName) => events.filter(PARTS[name].wants);

beforeAll(async () => {
  chats = await openChatServers();
  herald = await openHerald(chats.options);
  witness = await openWitness(herald.stack);
  account = await herald.openAccount();
  for (const name of NAMES) {
    receivers[name] = await createReceiver({ behaviour: PARTS[name].behaviour });
    const added = await account.addEndpoint({ url: `${receivers[name].url}/${name}`, ...PARTS[name].fields });
    endpointIds[name] = added.endpointId;
    receivers[name].verifyWith(verifierOf(added.secret));
  }
  events = await publish(herald, account, { count: EVENTS, eventsPerSecond: 60, seed: 7 });
  const duties = NAMES.flatMap((name) =>
    wantedBy(name).map(({ event_id: eventId }) => ({ eventId, endpointId: endpointIds[name] })),
  );
  const arrivals = () => NAMES.flatMap((name) => receivers[name].requests);
  settled = await untilSettled({ duties, arrivals, witness });
});

afterAll(async () => {
  await witness?.close();
  for (const receiver of Object.values(receivers)) await receiver.close();
  await herald?.close();
  await chats?.close();
});

test('every event reaches every endpoint that wants it, or is kept where a person can find it', () => {
  const dead = wantedBy('broken').length;
  expect(dead).toBeGreaterThan(0);
  expect(settled).toMatchObject({
    delivered: 2 * EVENTS,
    held: EVENTS,
    dead,
    waiting: 0,
    lost: [],
    duplicates: 0,
    unexpected: [],
  });
});

test('every message carries a signature that npm standardwebhooks accepts', () => {
  for (const name of NAMES) {
    expect(receivers[name].requests.length).toBeGreaterThan(0);
    expect(receivers[name].requests.filter(({ status }) => status === 401)).toEqual([]);
  }
});

test('a message says what was published', () => {
  const bodies = receivers.healthy.requests.map(({ body }) => JSON.parse(body));
  for (const event of events) {
    const body = bodies.find(({ data }) => data.event_id === event.event_id);
    expect(body).toMatchObject({
      type: event.event_type,
      data: { publication_id: event.publication_id, channel: { id: event.channel.id } },
    });
  }
});

test('an attempt says which one it is, and every attempt of a message has the same id', () => {
  const perMessage = Map.groupBy(receivers.flaky.requests, ({ webhookId }) => webhookId);
  const retried = [...perMessage.values()].filter((requests) => requests.length > 1);
  expect(retried.length).toBeGreaterThan(0);
  for (const requests of retried) expect(requests.map(({ attempt }) => attempt)).toEqual([1, 2]);
});

describe('the history', () => {
  async function deliveriesOf(name: PartName): Promise<Delivery[]> {
    const found: Delivery[] = [];
    let cursor = '';
    do {
      const { items, next_cursor } = await account
        .api()
        .get<{ items: Delivery[]; next_cursor: string | null }>(
          `/v1/deliveries?endpoint_id=${endpointIds[name]}&limit=50${cursor}`,
        );
      found.push(...items);
      cursor = next_cursor === null ? '' : `&cursor=${encodeURIComponent(next_cursor)}`;
    } while (cursor !== '');
    return found;
  }

  test('shows each delivery once, in the state that receivers and topics have it in', async () => {
    const states = { healthy: 'delivered', flaky: 'delivered', gone: 'held', broken: 'dead' } as const;
    for (const name of NAMES) {
      await eventually(async () => {
        const deliveries = await deliveriesOf(name);
        expect(deliveries.map(({ event_id }) => event_id).sort()).toEqual(
          wantedBy(name)
            .map(({ event_id }) => event_id)
            .sort(),
        );
        expect(new Set(deliveries.map(({ state }) => state))).toEqual(new Set([states[name]]));
      });
    }
  });

  test('has the exact request and the exact response of each attempt', async () => {
    const retried = receivers.flaky.requests.find(({ sighting }) => sighting === 2)!;
    const deliveries = await deliveriesOf('flaky');
    const { data } = JSON.parse(retried.body);
    const { delivery_id } = deliveries.find(({ event_id }) => event_id === data.event_id)!;
    const { history } = await account.api().get<{ history: object[] }>(`/v1/deliveries/${delivery_id}`);
    expect(history.filter((moment) => 'request' in moment && moment.request !== null)).toMatchObject([
      {
        attempt_number: 1,
        verdict: 'retry',
        request: { body: retried.body, headers: { 'webhook-id': retried.webhookId } },
        response: { status: 503, body: 'try again' },
      },
      {
        attempt_number: 2,
        verdict: 'delivered',
        request: { body: retried.body, headers: { 'webhook-id': retried.webhookId } },
        response: { status: 200, body: 'ok' },
      },
    ]);
  });
});

describe('a client of the Upload-Post API', () => {
  const EXAMPLES = ['instagram-video-published', 'tiktok-video-failed', 'x-text-published-sparse'];
  let client: TestAccount;
  let receiver: Receiver;

  beforeAll(async () => {
    client = await herald.openAccount();
    receiver = await createReceiver();
  });

  afterAll(() => receiver.close());

  /** Resolves when every dispatcher routes by it. */
  async function setNotifications(asked: object): Promise<string> {
    const { apiUrl } = herald.services.addresses('api');
    const response = await fetch(`${apiUrl}/api/uploadposts/users/notifications`, {
      method: 'POST',
      headers: { authorization: `Apikey ${client.apiKey}`, 'content-type': 'application/json' },
      body: JSON.stringify(asked),
    });
    expect(await response.json()).toMatchObject({ success: true });
    const page = await client
      .api()
      .get<{ items: { endpoint_id: string; format: string; revision: number }[] }>(
        '/v1/endpoints?project_id=*',
      );
    const endpoint = page.items.find(({ format }) => format === 'upload-post');
    await untilEveryDispatcherHas(endpoint!.revision);
    return endpoint!.endpoint_id;
  }

  async function untilEveryDispatcherHas(revision: number): Promise<void> {
    for (const name of herald.services.running('dispatcher')) {
      await untilConfigured(herald.services.addresses(name).adminUrl, revision);
    }
  }

  test('gets its payload byte by byte for what was published and what failed, in any project, and signed', async () => {
    const channels = { webhook: true, telegram: false };
    const endpointId = await setNotifications({ channels, webhook_url: `${receiver.url}/hook` });
    const rotated = await client
      .api()
      .post<{ secret: string; revision: number }>(`/v1/endpoints/${endpointId}/rotate-secret`, {});
    receiver.verifyWith(verifierOf(rotated.secret));
    await untilEveryDispatcherHas(rotated.revision);
    for (const name of EXAMPLES) await publishExample(herald, client, name);
    await eventually(() => expect(receiver.requests).toHaveLength(EXAMPLES.length));
    expect(receiver.requests.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(new Set(receiver.requests.map(({ body }) => body))).toEqual(
      new Set(EXAMPLES.map((name) => examplePayload(name, 'upload-post'))),
    );
  });

  test('that was off for a while gets what comes when it is on again, and nothing of that while', async () => {
    const told = await createReceiver();
    try {
      await setNotifications({ channels: { webhook: false } });
      await client.addEndpoint({ url: told.url, project_id: '*' });
      const before = receiver.requests.length;
      await publishExample(herald, client, 'tiktok-video-failed');
      await eventually(() => expect(told.requests).toHaveLength(1));
      await setNotifications({ channels: { webhook: true } });
      await publishExample(herald, client, 'instagram-video-published');
      await eventually(() => expect(receiver.requests.length).toBeGreaterThan(before));
      expect(receiver.requests.slice(before).map(({ body }) => body)).toEqual([
        examplePayload('instagram-video-published', 'upload-post'),
      ]);
    } finally {
      await told.close();
    }
  });
});

test('an event that came in by HTTP is delivered like any other', async () => {
  await publishByHttp(herald, account);
  await eventually(() => {
    const bodies = receivers.healthy.requests.map(({ body }) => JSON.parse(body));
    expect(bodies.some(({ data }) => data.publication_id === 'post_by_http')).toBe(true);
  });
});

describe('chats', () => describeChats(() => ({ herald, chats })));
