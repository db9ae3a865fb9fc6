import { randomUUID } from 'node:crypto';
import { eventually } from '@herald/testkit/eventually';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { type Client, type Reply, type RunningApi, startApi } from '../testing/running-api.ts';

/** A replayer of another test may be at work on these replays, so their states are not looked at. */

let api: RunningApi;

beforeAll(async () => {
  api = await startApi(inject('stack'));
});
afterAll(() => api.stop());

const EVENTS = { kind: 'topic', topic: 'events', from: '2026-03-15T14:30:00Z' };
const PLAN = { source: EVENTS, dry_run: true, per_second: 20 };

function ask(client: Client, body: unknown, headers?: Record<string, string>): Promise<Reply> {
  return client.send('POST', '/v1/replays', body, headers);
}

test('a replay is answered as it was asked for, and listed newest first', async () => {
  const client = await api.client();
  const asked = {
    source: { kind: 'history', states: ['dead'], last_statuses: [500], to: '2026-03-15T14:30:00.000Z' },
    filter: {
      project_id: 'p',
      endpoint_ids: ['ep_1'],
      event_types: ['publication.failed'],
      reasons: ['exhausted'],
    },
    skip_delivered: false,
    per_second: 7,
    dry_run: true,
  };
  const { status, body } = await ask(client, asked);
  expect(status).toBe(201);
  expect(body).toMatchObject({
    ...asked,
    wanted: 'running',
    target_endpoint_id: null,
    planned: { scanned: 0, matched: 0, sent: 0, skipped: {} },
    estimate_seconds: null,
  });
  const second = await ask(client, PLAN);
  const page = await client.get('/v1/replays?limit=1');
  expect(page.body.items).toMatchObject([{ replay_id: second.body.replay_id }]);
  const rest = await client.get(`/v1/replays?limit=1&cursor=${page.body.next_cursor}`);
  expect(rest.body).toMatchObject({ items: [{ replay_id: body.replay_id }], next_cursor: null });
  expect((await client.get('/v1/replays?cursor=x')).body.type).toBe('urn:herald:problem:refused_cursor');
});

test('asked for twice by one idempotency key it is one replay, of each account its own', async () => {
  const client = await api.client();
  const headers = { 'idempotency-key': randomUUID() };
  const replies = await Promise.all([1, 2, 3].map(() => ask(client, PLAN, headers)));
  expect(replies.map(({ status }) => status).sort()).toEqual([200, 200, 201]);
  expect(new Set(replies.map(({ body }) => body.replay_id)).size).toBe(1);
  expect((await ask(client, { ...PLAN, per_second: 21 }, headers)).body).toMatchObject({
    status: 409,
    type: 'urn:herald:problem:idempotency_key_conflict',
  });
  const asRun = await ask(client, { ...PLAN, dry_run: false }, headers);
  expect(asRun).toMatchObject({
    status: 409,
    body: { type: 'urn:herald:problem:idempotency_key_conflict', replay_id: replies[0]!.body.replay_id },
  });
  expect(asRun.body.detail).toContain('/start');
  const other = await ask(await api.client(), PLAN, headers);
  expect(other.status).toBe(201);
  expect(other.body.replay_id).not.toBe(replies[0]!.body.replay_id);
});

test('what makes no sense together is refused by field, and nothing is asked for that names nothing', async () => {
  const client = await api.client();
  const fieldsOf = async (body: unknown) =>
    (await ask(client, body)).body.errors.map(({ field }: { field: string }) => field);
  expect(await fieldsOf({ source: { kind: 'topic', topic: 'events' } })).toEqual(['source.ranges']);
  expect(await fieldsOf({ source: { kind: 'history' } })).toEqual(['source.states']);
  expect(await fieldsOf({ source: { kind: 'topic', from: '2026-03-15T14:30:00Z' } })).toEqual([
    'source.topic',
  ]);
  expect(await fieldsOf({ source: { kind: 'topic', topic: 'nope', everything: true } })).toEqual([
    'source.topic',
  ]);
  const ranges = [{ partition: 12, from: 5, to: 9 }];
  expect(await fieldsOf({ source: { kind: 'topic', topic: 'events', ranges } })).toEqual([
    'source.ranges[0].partition',
  ]);
  const backwards = [{ partition: 1, from: 9, to: 5 }];
  expect(await fieldsOf({ source: { kind: 'topic', topic: 'events', ranges: backwards } })).toEqual([
    'source.ranges[0].to',
  ]);
  const epoch = '1970-01-01T00:00:00Z';
  expect(await fieldsOf({ source: { ...EVENTS, to: epoch } })).toEqual(['source.to']);
  expect(
    await fieldsOf({ source: { kind: 'topic', topic: 'events', from: epoch, everything: true } }),
  ).toEqual(['source.ranges']);
  expect(await fieldsOf({ source: { ...EVENTS, from: '2999-01-01T00:00:00Z' } })).toEqual(['source.from']);
  const reasons = { reasons: ['exhausted'] };
  expect(await fieldsOf({ source: EVENTS, filter: reasons, per_second: 0 })).toContain('per_second');
  expect(await fieldsOf({ source: EVENTS, filter: reasons })).toEqual(['filter.reasons']);
  expect((await client.get('/v1/replays')).body.items).toEqual([]);
});

test('a replay of another account, and an endpoint of one, is not found by any route', async () => {
  const owner = await api.client();
  const other = await api.client();
  const { replay_id } = (await ask(owner, PLAN)).body;
  const path = `/v1/replays/${replay_id}`;
  const verbs = ['start', 'pause', 'resume', 'cancel'];
  const replies = await Promise.all([
    other.get(path),
    ...verbs.map((verb) => other.send('POST', `${path}/${verb}`)),
    ask(other, { ...PLAN, target_endpoint_id: 'ep_of_nobody' }),
  ]);
  expect(replies.map(({ status }) => status)).toEqual(Array(6).fill(404));
  expect((await other.get('/v1/replays')).body.items).toEqual([]);
  expect((await owner.get(path)).body).toMatchObject({ wanted: 'running', dry_run: true });
  expect((await (await api.client('read', owner.accountId)).send('POST', `${path}/cancel`)).status).toBe(403);
});

test('a bulk plan is one by its idempotency key, and another account finds it by no route', async () => {
  const owner = await api.client();
  const other = await api.client();
  const asked = { action: 'redrive', filter: { endpoint_ids: ['ep_1'] }, per_second: 7 };
  const headers = { 'idempotency-key': randomUUID() };
  const make = () => owner.send('POST', '/v1/bulk-plans', asked, headers);
  const [first, second] = [await make(), await make()];
  expect([first.status, second.status]).toEqual([201, 200]);
  expect(second.body.plan_id).toBe(first.body.plan_id);
  const path = `/v1/bulk-plans/${first.body.plan_id}`;
  expect((await owner.get(path)).body).toMatchObject({
    action: 'redrive',
    filter: { endpoint_ids: ['ep_1'], states: ['dead'] },
    per_second: 7,
  });
  const replies = [await other.get(path), await other.send('POST', `${path}/run`)];
  expect(replies.map(({ status }) => status)).toEqual([404, 404]);
  const replay = `/v1/replays/${first.body.plan_id}`;
  expect((await owner.get(replay)).body).toMatchObject({ dry_run: true });
  for (const start of [`${path}/run`, `${replay}/start`]) {
    expect((await owner.send('POST', start)).body).toMatchObject({
      status: 409,
      type: 'urn:herald:problem:plan_not_ready',
    });
  }
});

test('a cancelled replay stays so, and a plan that was cancelled cannot be started', async () => {
  const client = await api.client();
  const { replay_id } = (await ask(client, PLAN)).body;
  const path = `/v1/replays/${replay_id}`;
  expect((await client.send('POST', `${path}/pause`)).body).toMatchObject({ wanted: 'paused' });
  expect((await client.send('POST', `${path}/cancel`)).body).toMatchObject({ wanted: 'cancelled' });
  await eventually(async () => expect((await client.get(path)).body.wanted).toBe('cancelled'));
  for (const verb of ['start', 'resume']) {
    expect((await client.send('POST', `${path}/${verb}`)).body).toMatchObject({
      status: 409,
      type: 'urn:herald:problem:replay_over',
    });
  }
});
