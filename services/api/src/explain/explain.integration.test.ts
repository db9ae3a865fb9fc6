import { randomUUID } from 'node:crypto';
import { ATTEMPTS } from '@herald/clickhouse/tables/attempts';
import { EVENTS } from '@herald/clickhouse/tables/events';
import { POISON } from '@herald/clickhouse/tables/poison';
import { ROUTES } from '@herald/clickhouse/tables/routes';
import { anAttempt, anEvent, aRoute } from '@herald/clickhouse/testing/sample-rows';
import { deliveryId } from '@herald/domain/ids';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { type Client, type RunningApi, startApi } from '../testing/running-api.ts';

let api: RunningApi;
let owner: Client;
let stranger: Client;

const eventId = randomUUID();
const poisoned = randomUUID();
/** Of endpoints by what becomes of them. */
const ids = { delivered: '', narrowed: '', filtered: '', deleted: '', later: '' };

const NOT_ON_INSTAGRAM = {
  and: [
    { not: { field: 'channel.type', op: 'eq', value: 'instagram' } },
    { field: 'status_code', op: 'exists' },
  ],
};

async function create(name: string, channelIds: string[], filter: object | null = null): Promise<string> {
  const { status, body } = await owner.send('POST', '/v1/endpoints', {
    name,
    url: 'http://127.0.0.1:9/',
    project_id: 'project-1',
    subscription: { channel_ids: channelIds, filter },
  });
  if (status !== 201) throw new Error(JSON.stringify(body));
  return body.endpoint_id;
}

beforeAll(async () => {
  api = await startApi(inject('stack'));
  owner = await api.client();
  stranger = await api.client();
  ids.delivered = await create('delivered', []);
  ids.narrowed = await create('narrowed', ['channel-2']);
  ids.filtered = await create('filtered', [], NOT_ON_INSTAGRAM);
  ids.deleted = await create('deleted', ['channel-3']);
  const routedByRevision = api.table.revision;
  const atMs = Date.now();
  const anyVersion = { 'if-match': '*' };
  const widened = { subscription: { channel_ids: [] } };
  const answers = [
    await owner.send('PATCH', `/v1/endpoints/${ids.narrowed}`, widened, anyVersion),
    await owner.send('DELETE', `/v1/endpoints/${ids.deleted}`, undefined, anyVersion),
  ];
  expect(answers.map(({ status }) => status)).toEqual([200, 204]);
  ids.later = await create('later', []);

  const of = { account_id: owner.accountId, event_id: eventId };
  const delivery_id = deliveryId(eventId, ids.delivered, 'event');
  const origin = { origin_partition: 0, origin_offset: 7 };
  await api.history.insert(EVENTS, [
    { partition: 0, offset: 7, recordedAtMs: atMs - 20, content: { ok: true, event: anEvent(of) } },
    {
      partition: 0,
      offset: 8,
      recordedAtMs: atMs,
      content: {
        ok: true,
        event: anEvent({ account_id: owner.accountId, event_id: poisoned, event_type: 'UNKNOWN' }),
      },
    },
  ]);
  await api.history.insert(POISON, [
    {
      source: { topic: 'publication.events', partition: 0, offset: 8 },
      recordedAtMs: atMs,
      reason: 'unknown_event_type',
      detail: 'newer than this dispatcher',
      value: null,
    },
  ]);
  await api.history.insert(ROUTES, [
    aRoute(7, {
      ...of,
      routed_at: atMs - 5_000,
      config_revision: routedByRevision,
      deliveries: [{ endpoint_id: ids.delivered, delivery_id }],
    }),
  ]);
  const attempt = { ...of, ...origin, delivery_id, endpoint_id: ids.delivered };
  await api.history.insert(ATTEMPTS, [
    anAttempt({
      ...attempt,
      started_at: atMs,
      verdict: 'RETRY',
      reason: 'schedule',
      outcome: 'timeout',
      error_message: 'no answer came',
      response: null,
      next_attempt_at: atMs + 5_000,
    }),
    anAttempt({ ...attempt, step: 1, attempt_number: 2, started_at: atMs + 5_000 }),
  ]);
});

afterAll(() => api.stop());

async function explained(endpointId: string) {
  const { status, body } = await owner.get(`/v1/events/${eventId}/explain?endpoint_id=${endpointId}`);
  expect(status, JSON.stringify(body)).toBe(200);
  expect(body.endpoints).toHaveLength(1);
  return body.endpoints[0];
}

it('an event that arrived is explained by its steps, the conditions it met, and every disposition in time', async () => {
  const told = await explained(ids.delivered);
  expect(told).toMatchObject({ verdict: 'delivered', remedy: null, name: 'delivered' });
  expect(told.steps).toMatchObject([
    { step: 'matched', result: 'yes', checks: [{ check: 'project', passed: true }, {}, {}] },
    { step: 'delivery', result: 'yes' },
  ]);
  expect(told.dispositions).toMatchObject([
    { attempt_number: 1, verdict: 'retry', outcome: 'timeout', error_message: 'no answer came' },
    { attempt_number: 2, verdict: 'delivered', status: 200, config_revision: 9 },
  ]);
});

it('an endpoint that was changed since is judged by what it was, as its topic still has it', async () => {
  const told = await explained(ids.narrowed);
  expect(told.verdict).toBe('no_match');
  expect(told.because).toContain('it wants channel-2, the event has channel-1');
  expect(told.revisions.as_routed).toBeLessThan(told.revisions.current);
});

it('an endpoint with a filter is told which comparison decided, where it stands and what it met', async () => {
  const told = await explained(ids.filtered);
  expect(told.verdict).toBe('no_match');
  expect(told.because).toContain(
    'Filter: it wants not (channel.type eq "instagram") and status_code exists, the event has channel.type "instagram"',
  );
  expect(told.steps[0].checks.at(-1)).toMatchObject({
    check: 'filter',
    passed: false,
    comparisons: [
      {
        at: 'and[0].not',
        field: 'channel.type',
        op: 'eq',
        value: 'instagram',
        found: 'instagram',
        held: true,
      },
    ],
  });
});

it('so is an endpoint that was deleted since', async () => {
  expect(await explained(ids.deleted)).toMatchObject({
    verdict: 'no_match',
    name: null,
    revisions: { current: null },
    steps: [{ checks: [{}, { check: 'channel', passed: false, wanted: 'channel-3' }, {}] }],
  });
});

it('an endpoint that was created later is told to be', async () => {
  expect(await explained(ids.later)).toMatchObject({ verdict: 'created_later' });
});

it('without an endpoint, all of the account are explained in short, those that got it first', async () => {
  const { body } = await owner.get(`/v1/events/${eventId}/explain`);
  expect(body).toMatchObject({ event_id: eventId, as_of: null, ended: null, endpoints_left_out: 0 });
  expect(body.steps.map(({ step, result }: { step: string; result: string }) => `${step} ${result}`)).toEqual(
    ['accepted yes', 'decoded yes', 'routed yes'],
  );
  expect(body.steps[0].detail).toContain('publication.events:0:7');
  const told = body.endpoints.map((one: { endpoint_id: string; verdict: string }) => [
    one.endpoint_id,
    one.verdict,
  ]);
  expect(told[0]).toEqual([ids.delivered, 'delivered']);
  expect(Object.fromEntries(told)).toEqual({
    [ids.delivered]: 'delivered',
    [ids.narrowed]: 'no_match',
    [ids.filtered]: 'no_match',
    [ids.later]: 'created_later',
  });
  expect(body.endpoints[0].dispositions).toBeUndefined();
});

it('an event that could not be read is told to be poison, with the reason', async () => {
  const { body } = await owner.get(`/v1/events/${poisoned}/explain`);
  expect(body.ended).toMatchObject({ verdict: 'poison' });
  expect(body.ended.because).toContain('unknown_event_type (newer than this dispatcher)');
});

it('another account is told nothing: not of the event, nor of the endpoint', async () => {
  const { status, body } = await stranger.get(`/v1/events/${eventId}/explain`);
  expect(status).toBe(200);
  expect(body).toMatchObject({ ended: { verdict: 'not_on_record' }, endpoints: [] });
  for (const id of Object.values(ids)) {
    expect((await stranger.get(`/v1/events/${eventId}/explain?endpoint_id=${id}`)).status).toBe(404);
  }
});
