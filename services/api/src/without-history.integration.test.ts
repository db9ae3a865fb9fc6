import { anAttempt } from '@herald/clickhouse/testing/sample-rows';
import { createDecoder, createEncoder, type Encoder } from '@herald/contracts/codec';
import { type DeliveryAttempt, deliveryAttemptSchema } from '@herald/contracts/generated/delivery-attempt';
import { type PublicationEvent, publicationEventSchema } from '@herald/contracts/generated/publication-event';
import { decodeDeliveryHeaders } from '@herald/contracts/headers';
import { connectSchemaRegistry } from '@herald/contracts/schema-registry';
import { subjectOf } from '@herald/contracts/schemas';
import { TOPICS } from '@herald/contracts/topics';
import { type BatchingProducer, createBatchingProducer } from '@herald/kafka/batching-producer';
import { type TailedRecord, tailTopics } from '@herald/testkit/topic-tail';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { readAudit } from './testing/read-audit.ts';
import { type Client, type RunningApi, startApi } from './testing/running-api.ts';

const stack = inject('stack');
const connection = { brokers: stack.brokers, clientId: 'endpoint-test', logger: { log: () => {} } };

let api: RunningApi;
let owner: Client;
let endpointId: string;
let producer: BatchingProducer;
let encoder: Encoder<DeliveryAttempt>;
let tail: Awaited<ReturnType<typeof tailTopics>>;
const events: PublicationEvent[] = [];

/** ClickHouse is away. The tail stands for the dispatcher: every test that arrives is on record as attempted. */
beforeAll(async () => {
  api = await startApi(stack, { clickhouseUrl: 'http://127.0.0.1:9' });
  owner = await api.client('write');
  const created = await owner.send('POST', '/v1/endpoints', {
    project_id: 'p',
    url: 'http://127.0.0.1:9/hook',
    state: 'paused',
    subscription: { channel_ids: ['ch_mine'] },
  });
  endpointId = created.body.endpoint_id;
  const source = connectSchemaRegistry({ url: stack.registryUrl });
  producer = await createBatchingProducer({ connection });
  encoder = await createEncoder(source, {
    subject: subjectOf(TOPICS.attempts),
    schema: deliveryAttemptSchema,
  });
  const decoder = createDecoder<PublicationEvent>({
    source,
    subjectSchema: { subject: subjectOf(TOPICS.events), schema: publicationEventSchema },
  });
  tail = await tailTopics({
    connection,
    topics: [TOPICS.deliveries],
    async onRecord(record) {
      if (record.key?.toString() !== endpointId) return;
      const event = await decoder.decode(record.value);
      if (event.ok) events.push(event.value);
      await attempt(record);
    },
  });
});

afterAll(async () => {
  await tail?.close();
  await producer?.close();
  await api?.stop();
});

async function attempt(record: TailedRecord): Promise<void> {
  const decoded = decodeDeliveryHeaders(record.headers);
  if (!decoded.ok || decoded.delivery.cause !== 'test') return;
  const { deliveryId, eventId } = decoded.delivery;
  const made = anAttempt({
    account_id: owner.accountId,
    endpoint_id: endpointId,
    delivery_id: deliveryId,
    event_id: eventId,
    cause: 'test',
    verdict: 'DEAD',
    reason: 'test_failed',
    response: { status: 500, headers: {}, body: Buffer.from('oh'), body_truncated: false },
  });
  await producer.send([{ topic: TOPICS.attempts, key: endpointId, value: encoder.encode(made) }]);
}

it('a test of a paused endpoint is answered with its attempt, though ClickHouse is away', async () => {
  const { body: endpoint } = await owner.get(`/v1/endpoints/${endpointId}`);
  const test = await owner.send('POST', `/v1/endpoints/${endpointId}/test`, {
    event_type: 'publication.failed',
  });
  expect(test).toMatchObject({
    status: 200,
    body: {
      endpoint_id: endpointId,
      endpoint_revision: endpoint.revision,
      event_type: 'publication.failed',
      attempt: {
        verdict: 'dead',
        reason: 'test_failed',
        response: { status: 500, body: 'oh', body_encoding: 'utf-8' },
        duration_ms: 12.5,
      },
    },
  });
  expect(events[0]).toMatchObject({
    event_id: test.body.event_id,
    event_type: 'FAILED',
    account_id: owner.accountId,
    channel: { id: 'ch_mine' },
    metadata: { herald_test: 'true' },
  });
  const audit = await readAudit(inject('stack'));
  expect(audit.find(({ request_id }) => request_id === test.headers.get('x-request-id'))).toMatchObject({
    action: 'endpoint.tested',
    subject_id: endpointId,
    state: 'ASKED',
  });
});

it('each test is a message of its own to a receiver that drops what it has seen', async () => {
  const [first, second] = await Promise.all(
    [1, 2].map(() => owner.send('POST', `/v1/endpoints/${endpointId}/test`)),
  );
  expect(first!.body.event_type).toBe('publication.published');
  expect(first!.body.webhook_id).not.toBe(second!.body.webhook_id);
});

it('another account cannot have it tested', async () => {
  const stranger = await api.client('admin');
  const before = events.length;
  expect(await stranger.send('POST', `/v1/endpoints/${endpointId}/test`)).toMatchObject({
    status: 404,
    body: { type: 'urn:herald:problem:not_found' },
  });
  await tail.caughtUp();
  expect(events).toHaveLength(before);
});

it('what is held is shown without its counts', async () => {
  expect(await owner.get(`/v1/endpoints/${endpointId}/held`)).toMatchObject({
    status: 200,
    body: {
      state: 'held',
      reason: 'paused',
      as_of: null,
      deliveries: null,
      hours_until_loss: null,
      per_second: 100,
    },
  });
});

/** A logger of another test may be level with the topics. */
it('how far the logger is can be asked, and until when history is complete is known only where it is level', async () => {
  const { status, body } = await owner.get('/v1/watermarks');
  expect(status).toBe(200);
  expect(body.complete_until).toBe(body.is_level ? body.asked_at : null);
  // What the topics hold is of all accounts.
  expect(Object.keys(body).toSorted()).toEqual(['asked_at', 'complete_until', 'is_level']);
});
