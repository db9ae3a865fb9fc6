import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { failing, healthy } from '@herald/testkit/behaviour';
import { eventually } from '@herald/testkit/eventually';
import { type Herald, openHerald, type TestAccount, type TestEndpoint } from '@herald/testkit/herald';
import { createReceiver, type Receiver } from '@herald/testkit/receiver';
import { openWitness, type Witness } from '@herald/testkit/witness';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { publishByHttp } from './publishing.ts';

/** What a person can have done with a delivery that waits or was given up. */

const CLI = join(import.meta.dirname, '..', '..', 'services', 'cli', 'src', 'main.ts');
const EVENTS = 3;

let herald: Herald;
let witness: Witness;
const receivers: Receiver[] = [];

/** An account with one endpoint that refuses, so that each event waits an hour for its second attempt. */
interface Party {
  account: TestAccount;
  endpoint: TestEndpoint;
  receiver: Receiver;
}
let ours: Party;
let theirs: Party;
/** Where their endpoint is after a change. */
let moved: Receiver;

async function openParty(): Promise<Party> {
  const account = await herald.openAccount();
  const receiver = await openReceiver();
  receiver.behave(failing(404));
  const endpoint = await account.addEndpoint({ url: receiver.url, retry_schedule: ['1h'] });
  for (let n = 0; n < EVENTS; n++) await publishByHttp(herald, account, { publication_id: `post_${n}` });
  return { account, endpoint, receiver };
}

async function openReceiver(): Promise<Receiver> {
  const receiver = await createReceiver();
  receivers.push(receiver);
  return receiver;
}

beforeAll(async () => {
  herald = await openHerald({ envOf: () => ({ HERALD_LOGGER_FLUSH_MS: '100' }) });
  witness = await openWitness(herald.stack);
  [ours, theirs] = [await openParty(), await openParty()];
});

afterAll(async () => {
  await witness?.close();
  for (const receiver of receivers) await receiver.close();
  await herald?.close();
});

async function command<T>(args: readonly string[], env: NodeJS.ProcessEnv): Promise<T> {
  const { error, stdout, stderr } = await new Promise<{
    error: Error | null;
    stdout: string;
    stderr: string;
  }>((resolve) => {
    const options = { env: { PATH: process.env.PATH, ...env } };
    execFile(process.execPath, [CLI, ...args, '--json'], options, (failure, out, err) =>
      resolve({ error: failure, stdout: out, stderr: err }),
    );
  });
  expect(error, stderr).toBeNull();
  return JSON.parse(stdout) as T;
}

/** As it is without ClickHouse and without the api: it is told of neither. */
function retries<T>(...args: string[]): Promise<T> {
  return command(['retries', ...args], {
    HERALD_KAFKA_BROKERS: herald.stack.brokers.join(','),
    HERALD_SCHEMA_REGISTRY_URL: herald.stack.registryUrl,
  });
}

/** As an integrator has it: told of the api and of nothing else. */
function deadLetters<T>({ account }: Party, ...args: string[]): Promise<T> {
  return command(['dead-letters', ...args], {
    HERALD_API_URL: herald.services.addresses('api').apiUrl,
    HERALD_API_KEY: account.apiKey,
  });
}

interface Waiting {
  waiting: number;
  items: { tier: string; endpoint_id: string; waiting: number; first_due_at: string }[];
}

interface Delivery {
  delivery_id: string;
  state: string;
  reason: string | null;
  cause: string;
}

/** Endpoints are changed whatever their revision is. */
async function ask(party: Party, method: string, path: string, body?: object) {
  const response = await fetch(new URL(path, herald.services.addresses('api').apiUrl), {
    method,
    headers: {
      authorization: `Bearer ${party.account.apiKey}`,
      'content-type': 'application/json',
      'if-match': '*',
    },
    ...(body && { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(30_000),
  });
  const text = await response.text();
  // biome-ignore lint/suspicious/noExplicitAny: answers have many shapes.
  return { status: response.status, body: (text === '' ? undefined : JSON.parse(text)) as any };
}

async function deliveries({ account }: Party, query = ''): Promise<Delivery[]> {
  return (await account.api().get<{ items: Delivery[] }>(`/v1/deliveries${query}`)).items;
}

/** Nothing is under way any more but what waits in the retry topics. */
async function untilQuiet(waiting: number): Promise<void> {
  await eventually(async () => expect(await witness.lagRecords()).toBe(waiting), { timeoutMs: 60_000 });
}

const acceptedBy = ({ receiver }: Party) => receiver.requests.filter(({ status }) => status === 200);
const idsOf = ({ receiver }: Party) => receiver.requests.map(({ webhookId }) => webhookId);

test('with ClickHouse stopped, what waits is listed and shown from Kafka alone, by tier and endpoint', async () => {
  // Of each something is under way from its event on: it waits when it has been attempted.
  await eventually(async () => {
    await witness.whereabouts();
    expect(witness.attempted.size).toBe(2 * EVENTS);
  });
  await untilQuiet(2 * EVENTS);
  await herald.stack.clickhouse.kill9();
  const listed = await retries<Waiting>('list');
  expect(listed.waiting).toBe(2 * EVENTS);
  expect(listed.items.map((item) => [item.tier, item.endpoint_id, item.waiting]).sort()).toEqual(
    [ours, theirs].map(({ endpoint }) => ['1h', endpoint.endpointId, EVENTS]).sort(),
  );
  const { items } = await retries<{ items: object[] }>('peek', '--endpoint', ours.endpoint.endpointId);
  expect(items).toHaveLength(EVENTS);
  expect(items[0]).toMatchObject({
    tier: '1h',
    attempts: 1,
    event: { account_id: ours.account.accountId, event_type: 'PUBLISHED' },
    headers: { step: '1', cause: 'event' },
  });
});

test('with ClickHouse stopped, an order has what waits an hour arrive now, each once, and moves nothing of another account', async () => {
  ours.receiver.behave(healthy());
  const { items } = await retries<{ items: object[] }>('redrive-now', '--endpoint', ours.endpoint.endpointId);
  expect(items).toEqual([
    {
      endpoint_id: ours.endpoint.endpointId,
      account_id: ours.account.accountId,
      ordered: EVENTS,
      remaining: 0,
    },
  ]);
  await eventually(() => expect(acceptedBy(ours)).toHaveLength(EVENTS));
  expect(idsOf(theirs)).toHaveLength(EVENTS);
});

test('with ClickHouse stopped, what is cancelled is attempted no more and leaves a dead letter each, for its account alone', async () => {
  const cancelled = await retries<{ items: object[] }>('cancel', '--endpoint', theirs.endpoint.endpointId);
  expect(cancelled.items).toMatchObject([{ ordered: EVENTS, remaining: 0, cancelled: EVENTS }]);
  expect(herald.stack.clickhouse.pid).toBeUndefined();
  await herald.stack.clickhouse.start();
  await untilQuiet(0);
  expect(idsOf(theirs)).toHaveLength(EVENTS);
  // Nothing is under way any more: what was ordered before came once.
  expect(acceptedBy(ours).map(({ attempt }) => attempt)).toEqual(Array.from({ length: EVENTS }, () => 2));
  expect(new Set(acceptedBy(ours).map(({ webhookId }) => webhookId)).size).toBe(EVENTS);
  const places = [...(await witness.whereabouts()).values()];
  expect(places.filter((place) => place === 'dead')).toHaveLength(EVENTS);
  await eventually(async () => {
    const dead = await deliveries(theirs, '?state=dead');
    expect(dead.map(({ reason }) => reason)).toEqual(Array.from({ length: EVENTS }, () => 'cancelled'));
  });
  await eventually(async () => {
    const { items } = await theirs.account.api().get<{ items: object[] }>('/v1/audit?action=retries.ordered');
    expect(items).toMatchObject([
      {
        actor: { kind: 'operator' },
        subject: { kind: 'endpoint', id: theirs.endpoint.endpointId },
        after: { order: 'cancel', delivery_ids: 'all' },
        state: 'done',
      },
    ]);
  });
  expect(await deliveries(ours, '?state=dead')).toEqual([]);
});

test('a double click is one delivery, to the endpoint as it is configured now; asked again it is another', async () => {
  const [dead] = (await deliveries(theirs, '?state=dead')) as [Delivery];
  const path = `/v1/deliveries/${dead.delivery_id}/redeliver`;
  expect(await ask(ours, 'POST', path)).toMatchObject({ status: 404 });

  moved = await openReceiver();
  const endpoint = `/v1/endpoints/${theirs.endpoint.endpointId}`;
  const change = await ask(theirs, 'PATCH', endpoint, { url: `${moved.url}/moved` });
  expect(change.status).toBe(200);
  const clicks = await Promise.all(Array.from({ length: 4 }, () => ask(theirs, 'POST', path)));
  expect(new Set(clicks.map(({ body }) => body.delivery_id)).size).toBe(1);
  const redelivery = clicks[0]!.body.delivery_id;
  await untilQuiet(0);
  expect(moved.requests).toHaveLength(1);
  expect(moved.requests[0]).toMatchObject({
    path: '/moved',
    headers: { 'herald-cause': 'replay:redelivery-1' },
  });
  expect(idsOf(theirs)).toContain(moved.requests[0]!.webhookId);
  await eventually(async () =>
    expect(await ask(theirs, 'GET', `/v1/deliveries/${redelivery}`)).toMatchObject({
      body: { state: 'delivered', cause: 'replay:redelivery-1' },
    }),
  );

  const again = await ask(theirs, 'POST', path);
  expect(again).toMatchObject({ status: 202, body: { cause: 'replay:redelivery-2', already_queued: false } });
  expect(again.body.delivery_id).not.toBe(redelivery);
  await untilQuiet(0);
  expect(moved.requests.map(({ webhookId }) => webhookId)).toEqual([
    moved.requests[0]!.webhookId,
    moved.requests[0]!.webhookId,
  ]);
});

test('of many dead letters those are sent again that were not since, each once', async () => {
  const listed: (Delivery & { redriven: object | null })[] = (await ask(theirs, 'GET', '/v1/dead-letters'))
    .body.items;
  expect(listed.filter(({ redriven }) => redriven)).toHaveLength(1);
  const arrived = moved.requests.length;
  const { items } = await deadLetters<{ items: { dead_letter: string; result: string }[] }>(
    theirs,
    'redrive',
    ...listed.map(({ delivery_id }) => delivery_id),
  );
  expect(items).toMatchObject(
    listed.map(({ delivery_id, redriven }) => ({
      dead_letter: delivery_id,
      result: redriven ? 'redriven' : 'queued',
    })),
  );
  await untilQuiet(0);
  expect(moved.requests).toHaveLength(arrived + EVENTS - 1);
});

test('nothing is sent again to an endpoint that was deleted, and the answer says so', async () => {
  const [dead] = (await deliveries(theirs, '?state=dead')) as [Delivery];
  const endpoint = `/v1/endpoints/${theirs.endpoint.endpointId}`;
  expect(await ask(theirs, 'DELETE', endpoint)).toMatchObject({ status: 204 });
  const refused = await ask(theirs, 'POST', `/v1/deliveries/${dead.delivery_id}/redeliver`);
  expect(refused).toMatchObject({ status: 409, body: { type: 'urn:herald:problem:endpoint_deleted' } });
});
