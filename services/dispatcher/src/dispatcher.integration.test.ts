import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createEncoder } from '@herald/contracts/codec';
import { type EndpointConfig, endpointConfigSchema } from '@herald/contracts/generated/endpoint-config';
import { encodeDeliveryHeaders, POISON_HEADERS, REASON_HEADER } from '@herald/contracts/headers';
import { connectSchemaRegistry } from '@herald/contracts/schema-registry';
import { subjectOf } from '@herald/contracts/schemas';
import { retryTopic, TOPICS } from '@herald/contracts/topics';
import type { Endpoint } from '@herald/domain/endpoint';
import { endpointConfigOf } from '@herald/registry/endpoint-config';
import { failing, flaky, gone } from '@herald/testkit/behaviour';
import { eventually } from '@herald/testkit/eventually';
import { createCertificate } from '@herald/webhook/testing/certificates';
import { response, startReceiver } from '@herald/webhook/testing/receivers';
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventOf, eventsOf } from '../test-support/event.ts';
import { deliveryOf, endpointOf } from '../test-support/fakes.ts';
import { useReceivers } from '../test-support/receivers.ts';
import { openWitness, type Witness } from '../test-support/witness.ts';
import { type DispatcherProcess, openWorld, type World } from '../test-support/world.ts';

const authority = { name: 'Ours', ...createCertificate({ name: 'Ours', isAuthority: true }) };
const folder = mkdtempSync(join(tmpdir(), 'herald-dispatcher-'));
const AUTHORITY_FILE = join(folder, 'authority.pem');

let world: World;
let witness: Witness;
let dispatcher: DispatcherProcess;
const receiverOf = useReceivers();

beforeAll(async () => {
  world = await openWorld();
  witness = await openWitness(world.connection, world.stack.registryUrl);
  writeFileSync(AUTHORITY_FILE, authority.cert);
  dispatcher = await world.startDispatcher({
    HERALD_EXTRA_CA_FILE: AUTHORITY_FILE,
    HERALD_ALLOWED_NETWORKS: '127.0.0.0/8,::1/128',
  });
});
afterAll(async () => {
  await witness?.close();
  await world?.close();
  rmSync(folder, { recursive: true });
});

/** The records of a topic that are about one endpoint. */
function kept(topic: string, { id }: Endpoint) {
  return witness.of(topic).filter(({ key }) => key?.toString() === id);
}

async function attemptsOf({ id }: Endpoint) {
  return (await witness.attempts()).filter(({ endpoint_id }) => endpoint_id === id);
}

test('an event reaches its endpoint as a POST that standardwebhooks verifies, and is on record', async () => {
  const receiver = await receiverOf();
  const { endpoint, secret, revision } = await world.addEndpoint({ url: `${receiver.url}/hook` });
  const event = eventOf(endpoint.projectId);
  await world.publish([event]);
  await eventually(() => expect(receiver.requests).toHaveLength(1));
  const [request] = receiver.requests;
  const message = new Webhook(secret).verify(request!.body, request!.headers as Record<string, string>);
  expect(message).toMatchObject({ type: 'publication.published' });
  await eventually(async () => {
    expect(await attemptsOf(endpoint)).toMatchObject([
      {
        event_id: event.event_id,
        disposition: 'ATTEMPTED',
        verdict: 'DELIVERED',
        outcome: 'response',
        attempt_number: 1,
        step: 0,
        config_revision: revision,
        request: { url: `${receiver.url}/hook`, body: Buffer.from(request!.body) },
        response: { status: 200, body: Buffer.from('ok') },
      },
    ]);
  });
});

test.each([
  [
    "the operator's own authority is trusted",
    { issuer: authority },
    { verdict: 'DELIVERED', outcome: 'response' },
  ],
  ['any other is not', {}, { verdict: 'RETRY', outcome: 'tls', request: expect.anything(), response: null }],
])('a certificate: %s', async (_, signed, expected) => {
  const server = await startReceiver({
    tls: createCertificate({ name: 'localhost', ...signed }),
    onRequest: (socket) => socket.write(response(200)),
  });
  const { endpoint } = await world.addEndpoint({ url: `https://localhost:${server.port}/` });
  await world.publish([eventOf(endpoint.projectId)]);
  await eventually(async () => expect((await attemptsOf(endpoint))[0]).toMatchObject(expected));
  await server.close();
});

test('a failed attempt waits in its tier and is then delivered, with the same id', async () => {
  const receiver = await receiverOf({ behaviour: flaky({ failures: 1 }) });
  const { endpoint } = await world.addEndpoint({ url: receiver.url, retrySchedule: ['5s', '30s'] });
  await world.publish([eventOf(endpoint.projectId)]);
  await eventually(() => expect(receiver.requests.map(({ status }) => status)).toEqual([503, 200]));
  const [first, second] = receiver.requests;
  expect(second!.webhookId).toBe(first!.webhookId);
  expect([first!.attempt, second!.attempt]).toEqual([1, 2]);
  const attempts = await witness.recorded(endpoint, 2);
  expect(attempts).toMatchObject([
    { step: 0, attempt_number: 1, verdict: 'RETRY', retry_tier: '5s' },
    { step: 1, attempt_number: 2, verdict: 'DELIVERED' },
  ]);
  expect(attempts[1]!.started_at).toBeGreaterThanOrEqual(attempts[0]!.next_attempt_at!);
  expect(kept(retryTopic('5s'), endpoint)).toHaveLength(1);
});

test('a delivery whose schedule is spent is a dead letter that names the reason', async () => {
  const receiver = await receiverOf({ behaviour: failing(500) });
  const { endpoint } = await world.addEndpoint({ url: receiver.url, retrySchedule: ['5s'] });
  await world.publish([eventOf(endpoint.projectId)]);
  await eventually(() => expect(kept(TOPICS.deadLetters, endpoint)).toHaveLength(1));
  expect(receiver.requests).toHaveLength(2);
  expect(kept(TOPICS.deadLetters, endpoint)[0]!.headers).toMatchObject({
    [REASON_HEADER]: Buffer.from('exhausted'),
    step: Buffer.from('2'),
    attempts: Buffer.from('2'),
  });
});

test('410 holds the endpoint at once, and a later edit by its owner lifts the hold', async () => {
  const receiver = await receiverOf({ behaviour: gone() });
  const { endpoint } = await world.addEndpoint({ url: receiver.url });
  await world.publish([eventOf(endpoint.projectId)]);
  await eventually(() => expect(kept(TOPICS.held, endpoint)).toHaveLength(1));

  await world.publish(eventsOf(endpoint.projectId, 5));
  await eventually(() => expect(kept(TOPICS.held, endpoint)).toHaveLength(6));
  expect(receiver.requests).toHaveLength(1);
  for (const { headers } of kept(TOPICS.held, endpoint)) {
    expect(headers[REASON_HEADER]?.toString()).toBe('gone');
  }
  await eventually(async () => {
    const dispositions = (await attemptsOf(endpoint)).map(({ disposition }) => disposition);
    expect(dispositions.toSorted()).toEqual(['ATTEMPTED', 'HELD', 'HELD', 'HELD', 'HELD', 'HELD']);
  });

  receiver.behave(() => ({ kind: 'respond', status: 200 }));
  await world.edit(endpoint, { name: 'moved' });
  await world.publish([eventOf(endpoint.projectId)]);
  await eventually(() => expect(receiver.requests.length).toBeGreaterThan(1));
});

test('what a paused endpoint misses is held for it', async () => {
  const receiver = await receiverOf();
  const { endpoint } = await world.addEndpoint({ url: receiver.url, state: 'paused' });
  await world.publish([eventOf(endpoint.projectId)]);
  await eventually(() => expect(kept(TOPICS.held, endpoint)).toHaveLength(1));
  expect(kept(TOPICS.held, endpoint)[0]!.headers[REASON_HEADER]?.toString()).toBe('paused');
  expect(receiver.requests).toHaveLength(0);
});

test('an endpoint whose secret cannot be opened has its deliveries held, not given up', async () => {
  const receiver = await receiverOf();
  const sealed = { secretId: 's', scheme: 'v1' as const, sealed: Buffer.from('no envelope') };
  const { endpoint } = await world.addEndpoint({
    url: receiver.url,
    secrets: [{ ...sealed, createdAtMs: 0, expiresAtMs: undefined }],
  });
  await world.publish([eventOf(endpoint.projectId)]);
  await eventually(() => expect(kept(TOPICS.held, endpoint)).toHaveLength(1));
  expect(kept(TOPICS.held, endpoint)[0]!.headers[REASON_HEADER]?.toString()).toBe('secret_unreadable');
});

test('an endpoint that only a newer version can read holds up nobody, and gets what it wants when it can be read', async () => {
  const [receiver, neighbours] = [await receiverOf(), await receiverOf()];
  const { endpoint: neighbour } = await world.addEndpoint({ url: neighbours.url });
  const { projectId } = neighbour;
  const newer = endpointOf({ id: `ep_newer_${neighbour.id}`, projectId, url: receiver.url });
  const subjectSchema = { subject: subjectOf(TOPICS.endpoints), schema: endpointConfigSchema };
  const source = connectSchemaRegistry({ url: world.stack.registryUrl });
  const encoder = await createEncoder<EndpointConfig>(source, subjectSchema);
  const put = async (config: Partial<EndpointConfig>) => {
    const value = encoder.encode({ ...endpointConfigOf(newer), ...config });
    const { offset } = await world.producer.sendOne({ topic: TOPICS.endpoints, key: newer.id, value });
    await dispatcher.reaches(offset);
  };

  await put({ state: 'UNKNOWN' });
  await world.publish(eventsOf(projectId, 2));
  await eventually(() => expect(neighbours.requests).toHaveLength(2));
  await eventually(() => expect(kept(retryTopic('10m'), newer)).toHaveLength(2));
  const ready = await fetch(`${dispatcher.adminUrl}/readyz`);
  expect([ready.status, await ready.text()]).toEqual([503, expect.stringContaining(newer.id)]);

  // What the retry lane does in ten minutes.
  const forward = async ([record]: ReturnType<typeof kept>) => {
    const { key, value } = record!;
    const headers = Object.fromEntries(
      Object.entries(record!.headers).map(([name, bytes]) => [name, String(bytes)]),
    );
    await world.producer.send([{ topic: TOPICS.deliveries, key: String(key), value, headers }]);
  };
  const subscription = { channel_ids: [], filter: null };
  await put({ subscription: { ...subscription, event_types: ['publication.deleted'] } });
  await forward(kept(retryTopic('10m'), newer));
  await eventually(async () =>
    expect(await attemptsOf(newer)).toContainEqual(
      expect.objectContaining({ disposition: 'CANCELLED', reason: 'not_wanted', step: 1 }),
    ),
  );
  await put({ subscription: { ...subscription, event_types: ['publication.published'] } });
  await forward(kept(retryTopic('10m'), newer).slice(1));
  await eventually(() => expect(receiver.requests).toHaveLength(1));
  expect((await fetch(`${dispatcher.adminUrl}/readyz`)).status).toBe(200);
});

test('a delivery that waits while its endpoint is deleted becomes a dead letter', async () => {
  const receiver = await receiverOf({ behaviour: failing(503) });
  const { endpoint } = await world.addEndpoint({ url: receiver.url, retrySchedule: ['5s', '5s'] });
  await world.publish([eventOf(endpoint.projectId)]);
  await eventually(() => expect(receiver.requests).toHaveLength(1));
  await world.delete(endpoint);
  await eventually(() => expect(kept(TOPICS.deadLetters, endpoint)).toHaveLength(1));
  expect(kept(TOPICS.deadLetters, endpoint)[0]!.headers[REASON_HEADER]?.toString()).toBe('endpoint_deleted');
  expect(receiver.requests).toHaveLength(1);
});

test('an event that no endpoint wants leaves its route record and nothing else', async () => {
  const event = eventOf('a project without endpoints');
  await world.publish([event]);
  await eventually(async () => {
    const routes = (await witness.routes()).filter(({ event_id }) => event_id === event.event_id);
    expect(routes).toMatchObject([{ origin_topic: TOPICS.events, deliveries: [] }]);
  });
  await witness.caughtUp();
  const mentions = witness
    .of(TOPICS.deliveries)
    .filter(({ headers }) => String(headers['event-id']) === event.event_id);
  expect(mentions).toEqual([]);
});

test('a delivery record with a malformed header is poison, and the lane goes on', async () => {
  const receiver = await receiverOf();
  const { endpoint } = await world.addEndpoint({ url: receiver.url });
  const headers = { 'delivery-id': 'd', 'endpoint-id': endpoint.id, 'event-id': 'e', step: 'first' };
  await world.producer.send([
    { topic: TOPICS.deliveries, key: endpoint.id, value: Buffer.from('x'), headers },
  ]);
  await world.publish([eventOf(endpoint.projectId)]);
  await eventually(() => expect(receiver.requests).toHaveLength(1));
  await eventually(() => {
    const poison = witness.of(TOPICS.eventsPoison).filter(({ value }) => value?.toString() === 'x');
    expect(poison.map((record) => record.headers[POISON_HEADERS.reason]?.toString())).toEqual([
      'malformed_header',
    ]);
  });
});

test('a delivery whose event cannot be read is a dead letter of the account and project of its endpoint', async () => {
  const { endpoint, revision } = await world.addEndpoint({ url: 'http://127.0.0.1:9/', accountId: 'theirs' });
  const delivery = deliveryOf({ endpointId: endpoint.id, configRevision: revision });
  await world.producer.send([
    {
      topic: TOPICS.deliveries,
      key: endpoint.id,
      value: Buffer.from('no event'),
      headers: encodeDeliveryHeaders(delivery),
    },
  ]);
  await eventually(() => expect(kept(TOPICS.deadLetters, endpoint)).toHaveLength(1));
  await eventually(async () =>
    expect(await attemptsOf(endpoint)).toMatchObject([
      {
        delivery_id: delivery.deliveryId,
        event_id: delivery.eventId,
        account_id: 'theirs',
        project_id: endpoint.projectId,
        disposition: 'DEAD',
        reason: 'event_undecodable',
        request: null,
      },
    ]),
  );
});

test('10,000 undecodable and oversized records stop nothing and are all in poison with a reason', async () => {
  const receiver = await receiverOf();
  const { endpoint } = await world.addEndpoint({ url: receiver.url });
  const before = witness.of(TOPICS.eventsPoison).length;
  const kinds: Buffer[] = [
    Buffer.from('{"json":true}'),
    Buffer.from([0]),
    Buffer.from([0, 0xff, 0xff, 0xff, 0xfe, 1, 2]),
    Buffer.alloc(600 * 1024, 1),
  ];
  const counts = [4_000, 3_000, 2_970, 30];
  const events = eventsOf(endpoint.projectId, 100);
  for (let n = 0; n < 100; n++) {
    const poison = kinds.flatMap((value, kind) =>
      Array.from({ length: share(counts[kind]!, n, 100) }, () => ({
        topic: TOPICS.events,
        key: `${n}`,
        value,
      })),
    );
    await world.producer.send(poison);
    await world.publish([events[n]!]);
  }
  await eventually(() => expect(receiver.requests).toHaveLength(100));
  await eventually(() => expect(witness.of(TOPICS.eventsPoison)).toHaveLength(before + 10_000));
  const reasons = witness
    .of(TOPICS.eventsPoison)
    .slice(before)
    .map(({ headers }) => headers[POISON_HEADERS.reason]?.toString());
  expect(Object.groupBy(reasons, (reason) => reason ?? 'none')).toMatchObject({
    foreign_format: { length: 4_000 },
    too_short: { length: 3_000 },
    unknown_schema: { length: 2_970 },
    too_large: { length: 30 },
  });
});

/** The n-th of `parts` parts of `whole`, the remainder in the first ones. */
function share(whole: number, n: number, parts: number): number {
  return Math.floor(whole / parts) + (n < whole % parts ? 1 : 0);
}
