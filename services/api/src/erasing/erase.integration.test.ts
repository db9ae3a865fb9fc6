import { randomUUID } from 'node:crypto';
import { ATTEMPTS } from '@herald/clickhouse/tables/attempts';
import { EVENTS } from '@herald/clickhouse/tables/events';
import { ROUTES } from '@herald/clickhouse/tables/routes';
import { anAttempt, anEventRow, aRoute } from '@herald/clickhouse/testing/sample-rows';
import { TOPICS } from '@herald/contracts/topics';
import { deliveryId } from '@herald/domain/ids';
import { createBatchingProducer } from '@herald/kafka/batching-producer';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { readAudit } from '../testing/read-audit.ts';
import { type Client, type RunningApi, startApi } from '../testing/running-api.ts';

let api: RunningApi;
/** Offset of an event that was accepted. */
let accepted: number;

beforeAll(async () => {
  const stack = inject('stack');
  api = await startApi(stack);
  const producer = await createBatchingProducer({
    connection: { brokers: stack.brokers, clientId: 'erase-test' },
  });
  const value = Buffer.from('as good as any');
  ({ offset: accepted } = await producer.sendOne({ topic: TOPICS.events, partition: 0, key: null, value }));
  await producer.close();
});
afterAll(() => api?.stop());

/** An event with its routing and one attempt, and where they can be read. */
async function record(
  { accountId }: Client,
  publicationId: string,
  endpoint_id = 'endpoint-1',
): Promise<string[]> {
  const owner = { account_id: accountId, publication_id: publicationId, event_id: randomUUID() };
  const delivery = { endpoint_id, delivery_id: deliveryId(owner.event_id, endpoint_id, 'event') };
  await api.history.insert(EVENTS, [anEventRow(accepted, owner)]);
  await api.history.insert(ROUTES, [aRoute(accepted, { ...owner, deliveries: [delivery] })]);
  const origin = { origin_partition: 0, origin_offset: accepted };
  await api.history.insert(ATTEMPTS, [anAttempt({ ...owner, ...delivery, ...origin })]);
  return [`/v1/events/${owner.event_id}`, `/v1/deliveries/${delivery.delivery_id}`];
}

const statuses = (client: Client, paths: readonly string[]) =>
  Promise.all(paths.map(async (path) => (await client.get(path)).status));

test('an admin erases a publication of the own account, and nothing of it can be read on any path', async () => {
  const [owner, stranger] = [await api.client('admin'), await api.client('admin')];
  const [gone, kept] = [await record(owner, 'pub_1'), await record(owner, 'pub_2')];
  const others = await record(stranger, 'pub_1');

  const erased = await owner.send('DELETE', '/v1/publications/pub_1/history');
  expect(erased).toMatchObject({
    status: 200,
    body: { publication_id: 'pub_1', state: 'erased', erased: { events: 1, routes: 1, attempts: 1 } },
  });
  expect(await statuses(owner, gone)).toEqual([404, 404]);
  expect((await owner.get('/v1/deliveries?publication_id=pub_1')).body.items).toEqual([]);
  expect((await owner.get('/v1/events?publication_id=pub_1')).body.items).toEqual([]);
  expect((await owner.get('/v1/deliveries')).body.items).toHaveLength(1);
  expect(await statuses(owner, kept)).toEqual([200, 200]);
  expect(await statuses(stranger, others)).toEqual([200, 200]);
  const audit = await readAudit(inject('stack'));
  expect(audit.find(({ request_id }) => request_id === erased.headers.get('x-request-id'))).toMatchObject({
    action: 'history.erased',
    subject_kind: 'publication',
    subject_id: 'pub_1',
    state: 'ASKED',
  });
});

test('an event that was erased is explained as such, and one that never was says what may have been forgotten', async () => {
  const owner = await api.client('admin');
  const body = { name: 'mine', url: 'http://127.0.0.1:9/', project_id: 'project-1' };
  const { endpoint_id } = (await owner.send('POST', '/v1/endpoints', body)).body;
  const [event] = await record(owner, 'pub_1', endpoint_id);
  const { erased_at } = (await owner.send('DELETE', '/v1/publications/pub_1/history')).body;
  const { ended } = (await owner.get(`${event}/explain`)).body;
  expect(ended).toMatchObject({ verdict: 'erased', because: expect.stringContaining(`at ${erased_at}`) });
  const never = (await owner.get(`/v1/events/${randomUUID()}/explain?endpoint_id=${endpoint_id}`)).body;
  expect(never.ended).toMatchObject({
    verdict: 'not_on_record',
    because: expect.stringMatching(/History is kept for \d+ days\./),
  });
});

test('to erase takes an admin', async () => {
  const writer = await api.client('write');
  const paths = await record(writer, 'pub_1');
  expect(await writer.send('DELETE', '/v1/publications/pub_1/history')).toMatchObject({ status: 403 });
  expect(await statuses(writer, paths)).toEqual([200, 200]);
});
