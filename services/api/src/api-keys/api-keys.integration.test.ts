import { eventually } from '@herald/testkit/eventually';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { type Client, clientOf, type RunningApi, startApi } from '../testing/running-api.ts';

let api: RunningApi;

beforeAll(async () => {
  api = await startApi(inject('stack'));
});
afterAll(() => api.stop());

async function make(
  admin: Client,
  asked: object = {},
): Promise<{ id: string; client: Client; shown: object }> {
  const { status, body } = await admin.send('POST', '/v1/api-keys', asked);
  expect(status, JSON.stringify(body)).toBe(201);
  const { key, ...shown } = body;
  return { id: body.key_id, client: clientOf(api.url, admin.accountId, key), shown };
}

it('a key that is made opens what its role may, is shown once, and opens nothing once it is revoked', async () => {
  const admin = await api.client('admin');
  const { id, client, shown } = await make(admin, { name: 'CI', role: 'read' });
  expect(shown).toMatchObject({ name: 'CI', role: 'read', state: 'active', is_caller: false });
  expect((await client.get('/v1/endpoints')).status).toBe(200);
  expect((await client.get('/v1/api-keys')).status).toBe(403);
  expect((await admin.get(`/v1/api-keys/${id}`)).body).toEqual(shown);
  const revoked = await admin.send('DELETE', `/v1/api-keys/${id}`);
  expect(revoked).toMatchObject({ status: 200, body: { state: 'revoked', is_caller: false } });
  await eventually(async () => expect((await client.get('/v1/endpoints')).status).toBe(401));
  expect(await admin.send('DELETE', `/v1/api-keys/${id}`)).toEqual(
    expect.objectContaining({ status: 200, body: revoked.body }),
  );
  expect(api.logged()).not.toContain(client.key);
});

it('neither a list nor a key by itself shows the key or its hash', async () => {
  const admin = await api.client('admin');
  const { id, client } = await make(admin);
  const secret = client.key.split('_').slice(2).join('_');
  for (const path of ['/v1/api-keys', `/v1/api-keys/${id}`]) {
    const told = JSON.stringify((await admin.get(path)).body);
    expect(told).not.toContain(secret);
    expect(told).not.toContain('hash');
  }
});

it('a list of keys is walked newest first, each once, with the caller among them', async () => {
  const admin = await api.client('admin');
  const made = [];
  for (let i = 0; i < 3; i++) made.push((await make(admin)).id);
  const walked: { key_id: string; is_caller: boolean }[] = [];
  for (let cursor = ''; ; ) {
    const { body } = await admin.get(`/v1/api-keys?limit=2${cursor}`);
    walked.push(...body.items);
    if (body.next_cursor === null) break;
    cursor = `&cursor=${body.next_cursor}`;
  }
  expect(
    walked
      .slice(0, 3)
      .map(({ key_id }) => key_id)
      .sort(),
  ).toEqual(made.sort());
  expect(walked.map(({ is_caller }) => is_caller)).toEqual([false, false, false, true]);
});

it('a key stops to open anything when it expires, and none is made that never opens anything', async () => {
  const admin = await api.client('admin');
  const past = await admin.send('POST', '/v1/api-keys', { expires_at: '2020-01-01T00:00:00Z' });
  expect(past.status).toBe(400);
  expect(past.body.errors[0]).toMatchObject({ field: 'expires_at' });
  const soon = await make(admin, { expires_at: new Date(Date.now() + 3_000).toISOString() });
  await eventually(async () => {
    const { status, body } = await soon.client.get('/v1/endpoints');
    expect([status, body.reason]).toEqual([401, 'expired']);
  });
  expect((await admin.get(`/v1/api-keys/${soon.id}`)).body.state).toBe('expired');
});

it('of two admin keys that revoke each other at once one is left, and the last one is kept', async () => {
  const first = await api.client('admin');
  const second = await make(first, { role: 'admin' });
  const ofFirst = first.key.split('_')[1] as string;
  const [a, b] = await Promise.all([
    first.send('DELETE', `/v1/api-keys/${second.id}`),
    second.client.send('DELETE', `/v1/api-keys/${ofFirst}`),
  ]);
  const statuses = [a.status, b.status].toSorted();
  expect([
    [200, 401],
    [200, 409],
  ]).toContainEqual(statuses);
  const [left, itself] = a.status === 200 ? [first, ofFirst] : [second.client, second.id];
  const last = await left.send('DELETE', `/v1/api-keys/${itself}`);
  expect(last).toMatchObject({ status: 409, body: { type: 'urn:herald:problem:last_admin_key' } });
  expect((await left.get('/v1/api-keys')).status).toBe(200);
});
