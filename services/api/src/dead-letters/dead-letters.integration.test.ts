import { randomUUID } from 'node:crypto';
import { ATTEMPTS } from '@herald/clickhouse/tables/attempts';
import { EVENTS } from '@herald/clickhouse/tables/events';
import { anAttempt, anEvent, NOON_MS } from '@herald/clickhouse/testing/sample-rows';
import { createDecoder, createEncoder } from '@herald/contracts/codec';
import { type PublicationEvent, publicationEventSchema } from '@herald/contracts/generated/publication-event';
import { type RetryOrder, retryOrderSchema } from '@herald/contracts/generated/retry-order';
import { decodeDeliveryHeaders, encodeDeliveryHeaders } from '@herald/contracts/headers';
import { connectSchemaRegistry } from '@herald/contracts/schema-registry';
import { subjectOf } from '@herald/contracts/schemas';
import { TOPICS } from '@herald/contracts/topics';
import { deliveryId } from '@herald/domain/ids';
import { createBatchingProducer } from '@herald/kafka/batching-producer';
import { type TailedRecord, tailTopics } from '@herald/testkit/topic-tail';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { type Client, type RunningApi, startApi } from '../testing/running-api.ts';

const stack = inject('stack');

let api: RunningApi;
let owner: Client;
let stranger: Client;
let endpointId: string;
/** What came into webhook.backfill for the endpoint. */
const sent: TailedRecord[] = [];
/** What was ordered about its retries. */
const orders: TailedRecord[] = [];
let tail: Awaited<ReturnType<typeof tailTopics>>;

/** Each an event whose delivery died; what is said is about the step that it died at. */
const letters = {
  exhausted: { reason: 'exhausted', response: { status: 503 } },
  alsoExhausted: { reason: 'exhausted', response: { status: 503 } },
  refused: { reason: 'exhausted', response: { status: 404 } },
  expired: { reason: 'expired', disposition: 'DEAD', outcome: null, response: null, request: null },
} as const;
type Name = keyof typeof letters;
const NAMES = Object.keys(letters) as Name[];
const events = {} as Record<Name, PublicationEvent>;
const ids = {} as Record<Name, string>;
const bytes = {} as Record<Name, Buffer>;
/** Their topic does not have these any more. */
const FORGOTTEN: ReadonlySet<Name> = new Set(['expired', 'alsoExhausted']);

beforeAll(async () => {
  api = await startApi(stack);
  owner = await api.client('write');
  stranger = await api.client('write');
  const created = await owner.send('POST', '/v1/endpoints', {
    project_id: 'project-1',
    url: 'http://127.0.0.1:9/hook',
  });
  endpointId = created.body.endpoint_id;
  const connection = { brokers: stack.brokers, clientId: 'dead-letters-test', logger: { log: () => {} } };
  tail = await tailTopics({
    connection,
    topics: [TOPICS.backfill, TOPICS.retryOrders],
    onRecord(record) {
      if (record.key?.toString() !== endpointId) return;
      (record.topic === TOPICS.backfill ? sent : orders).push(record);
    },
  });
  const encoder = await createEncoder<PublicationEvent>(connectSchemaRegistry({ url: stack.registryUrl }), {
    subject: subjectOf(TOPICS.events),
    schema: publicationEventSchema,
  });
  const producer = await createBatchingProducer({ connection });
  const lastDiedMs = Date.now();
  for (const [index, name] of NAMES.entries()) {
    const event = anEvent({ account_id: owner.accountId, occurred_at: NOON_MS - index * 60_000 });
    events[name] = event;
    ids[name] = deliveryId(event.event_id, endpointId, 'event');
    const value = encoder.encode(event);
    bytes[name] = value;
    const at = FORGOTTEN.has(name)
      ? { partition: 0, offset: 999_999_999 }
      : await producer.sendOne({ topic: TOPICS.events, key: event.publication_id, value });
    await api.history.insert(EVENTS, [{ ...at, recordedAtMs: NOON_MS, content: { ok: true, event } }]);
    await api.history.insert(ATTEMPTS, [deadBy(name, at, lastDiedMs - index * 1_000)]);
  }
  // Given up too, and no dead letter: whoever asked for it was told.
  const test = { event_id: randomUUID(), delivery_id: randomUUID(), attempt_id: randomUUID(), cause: 'test' };
  await api.history.insert(ATTEMPTS, [
    { ...deadBy('refused', { partition: 0, offset: 1 }, Date.now()), ...test, reason: 'test_failed' },
  ]);
  // By its label it can be told from what the history has.
  bytes.expired = encoder.encode({ ...events.expired, metadata: { kept: 'in the dead letter' } });
  await producer.send([
    {
      topic: TOPICS.deadLetters,
      key: endpointId,
      value: bytes.expired,
      headers: encodeDeliveryHeaders({
        deliveryId: ids.expired,
        endpointId,
        eventId: events.expired.event_id,
        step: 1,
        attempts: 0,
        dueAtMs: 0,
        origin: { topic: TOPICS.events, partition: 0, offset: 999_999_999 },
        cause: 'event',
        configRevision: 0,
        traceparent: undefined,
      }),
    },
  ]);
  await producer.close();
});

afterAll(async () => {
  await tail?.close();
  await api?.stop();
});

function deadBy(name: Name, { partition, offset }: { partition: number; offset: number }, diedAtMs: number) {
  const { response, ...said } = letters[name];
  return anAttempt({
    account_id: owner.accountId,
    endpoint_id: endpointId,
    event_id: events[name].event_id,
    delivery_id: ids[name],
    occurred_at: events[name].occurred_at,
    origin_partition: partition,
    origin_offset: offset,
    verdict: 'DEAD',
    started_at: diedAtMs,
    ...said,
    response: response && { ...response, headers: {}, body: Buffer.alloc(0), body_truncated: false },
  });
}

/** A step of a redelivery as the logger would have it. */
function stepOf(name: Name, delivery_id: string, cause: string, verdict: 'DELIVERED' | 'RETRY') {
  return anAttempt({
    account_id: owner.accountId,
    endpoint_id: endpointId,
    event_id: events[name].event_id,
    delivery_id,
    cause,
    occurred_at: events[name].occurred_at,
    verdict,
    ...(verdict === 'RETRY' && { next_attempt_at: Date.now() + 60_000, retry_tier: '1h' }),
    started_at: Date.now(),
  });
}

const redeliver = (client: Client, name: Name) =>
  client.send('POST', `/v1/deliveries/${ids[name]}/redeliver`);
const redrive = async (client: Client, names: readonly Name[]) =>
  (await client.send('POST', '/v1/dead-letters/redrive', { delivery_ids: names.map((name) => ids[name]) }))
    .body.items;

describe('the list of dead letters', () => {
  it.each<[string, string, Name[]]>([
    ['everything', '', NAMES],
    ['a reason', '?reason=expired', ['expired']],
    ['the status that they died of', '?status=503', ['exhausted', 'alsoExhausted']],
    ['no status', '?status=0', ['expired']],
    ['a channel', '?channel_id=none', []],
    ['a time', `?to=${new Date(NOON_MS - 60_000).toISOString()}`, ['refused', 'expired']],
  ])('shows %s, newest event first', async (_, query, names) => {
    const { body } = await owner.get(`/v1/dead-letters${query}`);
    expect(body.items.map((item: { delivery_id: string }) => item.delivery_id)).toEqual(
      names.map((name) => ids[name]),
    );
  });

  it('goes on from a cursor, and with no other filter', async () => {
    const first = await owner.get('/v1/dead-letters?limit=3');
    const cursor = first.body.next_cursor;
    const second = await owner.get(`/v1/dead-letters?limit=3&cursor=${cursor}`);
    expect([...first.body.items, ...second.body.items]).toHaveLength(4);
    expect(await owner.get(`/v1/dead-letters?reason=expired&cursor=${cursor}`)).toMatchObject({
      status: 400,
    });
    expect(await owner.get('/v1/dead-letters?status=teapot')).toMatchObject({
      status: 400,
      body: { errors: [{ field: 'status' }] },
    });
  });

  it('has them in groups by what they died of', async () => {
    const { body } = await owner.get('/v1/dead-letters/groups');
    expect(body.items).toMatchObject([
      { endpoint_id: endpointId, reason: 'exhausted', status: 503, deliveries: 2 },
      { reason: 'exhausted', status: 404, deliveries: 1, sample_delivery_id: ids.refused },
      { reason: 'expired', status: null, deliveries: 1, sample_delivery_id: ids.expired },
    ]);
  });

  it('is empty for another account, and nothing of it can be sent by another', async () => {
    expect((await stranger.get('/v1/dead-letters')).body.items).toEqual([]);
    expect((await stranger.get('/v1/dead-letters/groups')).body.items).toEqual([]);
    expect(await redeliver(stranger, 'exhausted')).toMatchObject({ status: 404 });
    expect(await redrive(stranger, ['exhausted'])).toMatchObject([{ result: 'not_found' }]);
  });
});

describe('a dead letter', () => {
  it('is sent again with the bytes of its event, and one that asks twice gets the same delivery', async () => {
    const [first, second] = await Promise.all([redeliver(owner, 'exhausted'), redeliver(owner, 'exhausted')]);
    expect(first).toMatchObject({
      status: 202,
      body: { redelivers: ids.exhausted, already_queued: false, state: 'pending' },
    });
    expect(second.body.delivery_id).toBe(first.body.delivery_id);
    await tail.caughtUp();
    const of = sent.filter(({ headers }) => headers['delivery-id']?.toString() === first.body.delivery_id);
    expect(of.length).toBeGreaterThan(0);
    expect(of[0]!.value).toEqual(bytes.exhausted);
    expect(decodeDeliveryHeaders(of[0]!.headers)).toMatchObject({
      delivery: { step: 0, attempts: 0, cause: 'replay:redelivery-1', endpointId },
    });

    await api.history.insert(ATTEMPTS, [
      stepOf('exhausted', first.body.delivery_id, 'replay:redelivery-1', 'RETRY'),
    ]);
    expect(await redeliver(owner, 'exhausted')).toMatchObject({
      status: 200,
      body: { delivery_id: first.body.delivery_id, already_queued: true, state: 'waiting' },
    });
    expect(await owner.send('POST', `/v1/deliveries/${first.body.delivery_id}/redeliver`)).toMatchObject({
      status: 200,
    });
    const [shown] = (await owner.get('/v1/dead-letters?reason=exhausted')).body.items;
    expect(shown).toMatchObject({ redriven: { delivery_id: first.body.delivery_id, state: 'waiting' } });
  });

  it('whose event its topic has forgotten is sent again from the dead letter, or else from the history', async () => {
    expect(await redrive(owner, ['expired', 'alsoExhausted'])).toMatchObject([
      { result: 'queued' },
      { result: 'queued' },
    ]);
    await tail.caughtUp();
    const sentOf = (name: Name) =>
      sent.find(({ headers }) => headers['event-id']?.toString() === events[name].event_id)?.value;
    expect(sentOf('expired')).toEqual(bytes.expired);
    expect(sentOf('alsoExhausted')).toEqual(bytes.alsoExhausted);
  });

  it('that was sent again since is left out of a redrive, and what is none as well', async () => {
    const before = sent.length;
    const delivered = deliveryId(events.refused.event_id, endpointId, 'replay:rp_1');
    await api.history.insert(ATTEMPTS, [stepOf('refused', delivered, 'replay:rp_1', 'DELIVERED')]);
    const unknown = randomUUID();
    const { body } = await owner.send('POST', '/v1/dead-letters/redrive', {
      delivery_ids: [ids.exhausted, ids.refused, ids.alsoExhausted, ids.alsoExhausted, delivered, unknown],
    });
    expect(body.items).toMatchObject([
      { dead_letter: ids.exhausted, result: 'redriven' },
      { dead_letter: ids.refused, result: 'redriven', delivery_id: delivered },
      { dead_letter: ids.alsoExhausted, result: 'queued' },
      { dead_letter: delivered, result: 'not_dead', delivery_id: null },
      { dead_letter: unknown, result: 'not_found' },
    ]);
    await tail.caughtUp();
    expect(sent).toHaveLength(before + 1);
  });

  it('whose fellows still wait has them attempted now or given up by an order in the name of the owner alone', async () => {
    const path = `/v1/endpoints/${endpointId}/retries`;
    expect(await stranger.send('POST', `${path}/cancel`)).toMatchObject({ status: 404 });
    expect(await owner.send('POST', `${path}/redrive-now`)).toMatchObject({
      status: 202,
      body: { endpoint_id: endpointId, order: 'forward' },
    });
    const named = { delivery_ids: [ids.refused] };
    expect(await owner.send('POST', `${path}/cancel`, named)).toMatchObject({ status: 202 });
    await tail.caughtUp();
    const decoder = createDecoder<RetryOrder>({
      source: connectSchemaRegistry({ url: stack.registryUrl }),
      subjectSchema: { subject: subjectOf(TOPICS.retryOrders), schema: retryOrderSchema },
    });
    expect(await Promise.all(orders.map(({ value }) => decoder.decode(value)))).toMatchObject([
      { value: { account_id: owner.accountId, kind: 'FORWARD', delivery_ids: [] } },
      { value: { account_id: owner.accountId, kind: 'CANCEL', delivery_ids: [ids.refused] } },
    ]);
  });

  it('is sent again with all others of a filter by one replay, however often that is asked for', async () => {
    const asked = { filter: { endpoint_id: endpointId, reason: 'exhausted', status: 503 } };
    const [first, second] = await Promise.all([
      owner.send('POST', '/v1/dead-letters/redrive', asked),
      owner.send('POST', '/v1/dead-letters/redrive', asked),
    ]);
    expect([first.status, second.status].sort()).toEqual([200, 201]);
    expect(second.body.replay.replay_id).toBe(first.body.replay.replay_id);
    const replays = await owner.get('/v1/replays');
    expect(replays.body.items).toMatchObject([
      {
        source: { kind: 'history', states: ['dead'], last_statuses: [503] },
        filter: { endpoint_ids: [endpointId], reasons: ['exhausted'] },
        skip_delivered: true,
      },
    ]);
  });

  it('is refused where there is nothing to choose, and of an endpoint that is gone', async () => {
    for (const empty of [{}, { filter: {} }, { delivery_ids: [] }]) {
      expect(await owner.send('POST', '/v1/dead-letters/redrive', empty)).toMatchObject({ status: 400 });
    }
    await owner.send('DELETE', `/v1/endpoints/${endpointId}`, undefined, { 'if-match': '*' });
    expect(await redeliver(owner, 'refused')).toMatchObject({
      status: 409,
      body: { type: 'urn:herald:problem:endpoint_deleted' },
    });
    expect(await redrive(owner, ['alsoExhausted'])).toMatchObject([{ result: 'endpoint_deleted' }]);
  });
});
