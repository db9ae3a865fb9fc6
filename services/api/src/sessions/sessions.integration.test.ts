import { eventually } from '@herald/testkit/eventually';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import {
  browserHeaders,
  type Client,
  clientWith,
  type Reply,
  type RunningApi,
  startApi,
} from '../testing/running-api.ts';

let api: RunningApi;
let admin: Client;
let nobody: Client;

beforeAll(async () => {
  api = await startApi(inject('stack'));
  admin = await api.client('admin');
  nobody = clientWith(api.url, '', {});
});

afterAll(() => api.stop());

const login = (body: object): Promise<Reply> => nobody.send('POST', '/v1/sessions', body);

/** A browser that was given the cookie of an answer. */
function browserWith({ headers }: Reply): Client {
  return clientWith(
    api.url,
    admin.accountId,
    browserHeaders(api.url, headers.get('set-cookie') ?? 'no cookie'),
  );
}

async function portalLink(body: object, by = admin) {
  const { status, body: link } = await by.send('POST', '/v1/portal-links', body);
  expect(status, JSON.stringify(link)).toBe(201);
  return link;
}

const enter = async (token: string) => browserWith(await login({ portal_token: token }));

describe('a session from an API key', () => {
  it('is a cookie that no script can read, no other site sends, and neither key nor answer is in', async () => {
    const reply = await login({ api_key: admin.key });
    expect(reply).toMatchObject({
      status: 201,
      body: { account_id: admin.accountId, role: 'admin', scope: { project_ids: null, channel_ids: null } },
    });
    const cookie = reply.headers.get('set-cookie') ?? '';
    expect(cookie).toMatch(/^herald-session=[\w-]+; Path=\/; Max-Age=3\d{3}; HttpOnly; SameSite=Strict$/);
    const elsewhere = await nobody.send(
      'POST',
      '/v1/sessions',
      { api_key: admin.key },
      { host: 'h.example' },
    );
    expect(elsewhere.status).toBe(201);
    const secret = admin.key.split('_').slice(2).join('_');
    for (const told of [cookie, JSON.stringify(reply.body), api.logged()]) expect(told).not.toContain(secret);
  });

  it('may do what the key may, and says so', async () => {
    const reader = await api.client('read', admin.accountId);
    const browser = browserWith(await login({ api_key: reader.key }));
    const { body: me } = await browser.get('/v1/me');
    expect(me).toMatchObject({
      account_id: admin.accountId,
      actor: { kind: 'api_key', id: reader.key.split('_')[1] },
      role: 'read',
    });
    expect(Date.parse(me.expires_at)).toBeGreaterThan(Date.now());
    expect(me.operations).toContain('listEndpoints');
    expect(me.operations).toContain('getLedger');
    expect(me.operations).not.toContain('createEndpoint');
    expect((await browser.send('POST', '/v1/endpoints', {})).status).toBe(403);
    expect((await reader.get('/v1/me')).body).toEqual({ ...me, expires_at: null });
  });

  it('is over within a second of the revocation of the key', async () => {
    const key = await api.client('read', admin.accountId);
    const browser = browserWith(await login({ api_key: key.key }));
    expect((await browser.get('/v1/me')).status).toBe(200);
    await api.revoke(key);
    await eventually(async () =>
      expect(await browser.get('/v1/me')).toMatchObject({ status: 401, body: { reason: 'session_ended' } }),
    );
  });

  it('changes nothing for a page of another site', async () => {
    const browser = browserWith(await login({ api_key: admin.key }));
    const link = await portalLink({}, browser);
    const evil = { origin: 'https://evil.example' };
    const refused = { status: 403, body: { type: 'urn:herald:problem:wrong_origin' } };
    // The cookie as a browser has it on https; that of loopback is not even taken of such a page.
    const path = `/v1/portal-links/${link.link_id}`;
    expect((await browser.send('DELETE', path, undefined, evil)).status).toBe(401);
    const proxied = await nobody.send(
      'POST',
      '/v1/sessions',
      { api_key: admin.key },
      { 'x-forwarded-for': '203.0.113.7' },
    );
    const cookie = proxied.headers.get('set-cookie')?.split(';')[0] ?? '';
    expect(cookie).toMatch(/^__Host-/);
    expect(await nobody.send('DELETE', path, undefined, { ...evil, cookie })).toMatchObject(refused);
    expect(await nobody.send('POST', '/v1/sessions', { api_key: admin.key }, evil)).toMatchObject(refused);
    expect((await browser.get('/v1/portal-links')).body.items).toContainEqual(
      expect.objectContaining({ link_id: link.link_id, state: 'open' }),
    );
  });

  it('ends in the browser that logs out', async () => {
    const browser = browserWith(await login({ api_key: admin.key }));
    const left = await browser.send('DELETE', '/v1/sessions/current');
    expect(left.status).toBe(204);
    expect(left.headers.get('set-cookie')).toMatch(/^herald-session=; Path=\/; Max-Age=0; HttpOnly/);
  });
});

describe('who logs in with', () => {
  it.each([
    ['a key that nobody made', { api_key: `hk_0123456789abcdef_${'A'.repeat(43)}` }, 'unknown'],
    ['no key', { api_key: 'abc' }, 'malformed'],
    ['a link that nobody made', { portal_token: `hp_0123456789abcdef_${'A'.repeat(43)}` }, 'link_unknown'],
    ['no link', { portal_token: 'abc' }, 'link_malformed'],
  ])('%s is told so, and gets no cookie', async (_, body, reason) => {
    const reply = await login(body);
    expect(reply).toMatchObject({ status: 401, body: { reason } });
    expect(reply.headers.get('set-cookie')).toBeNull();
  });

  it('both, or neither, is told that, and the key is not repeated', async () => {
    expect((await login({})).status).toBe(400);
    const both = await login({ api_key: admin.key, portal_token: 1 });
    expect(both.status).toBe(400);
    expect(JSON.stringify(both.body)).not.toContain(admin.key);
  });
});

describe('a portal link', () => {
  it('opens a session of its projects, channels and role, once', async () => {
    const scope = { project_ids: ['proj_1'], channel_ids: ['ch_1'] };
    const link = await portalLink({ ...scope, role: 'write', name: 'Shop 1' });
    expect(link.url).toBe(`https://portal.example.com/enter#t=${link.token}`);
    const browser = await enter(link.token);
    const { body: me } = await browser.get('/v1/me');
    expect(me).toMatchObject({ actor: { kind: 'portal_session', id: link.link_id }, role: 'write', scope });
    expect(me.operations).toContain('createEndpoint');
    expect(me.operations).not.toContain('getLedger');
    expect(await login({ portal_token: link.token })).toMatchObject({
      status: 401,
      body: { reason: 'link_used' },
    });
    expect(JSON.stringify((await admin.get('/v1/portal-links')).body)).not.toContain(link.token.slice(20));
    expect(api.logged()).not.toContain(link.token.slice(20));
  });

  it('ends its session when it is revoked', async () => {
    const link = await portalLink({ project_ids: ['proj_1'], role: 'write' });
    const browser = await enter(link.token);
    expect((await admin.send('DELETE', `/v1/portal-links/${link.link_id}`)).status).toBe(204);
    expect((await browser.get('/v1/me')).status).toBe(401);
  });

  it('ends with the key that made it, and so does its session', async () => {
    const key = await api.client('write', admin.accountId);
    const [used, unused] = [await portalLink({}, key), await portalLink({}, key)];
    const browser = await enter(used.token);
    expect((await browser.get('/v1/me')).status).toBe(200);
    await api.revoke(key);
    await eventually(async () => expect((await browser.get('/v1/me')).status).toBe(401));
    const refused = { status: 401, body: { reason: 'link_expired' } };
    expect(await login({ portal_token: unused.token })).toMatchObject(refused);
  });

  it('is made, listed and revoked by keys and their sessions only', async () => {
    const link = await portalLink({ role: 'write' });
    const browser = await enter(link.token);
    const keyNeeded = { status: 403, body: { type: 'urn:herald:problem:key_needed' } };
    expect(await browser.send('POST', '/v1/portal-links', {})).toMatchObject(keyNeeded);
    expect(await browser.get('/v1/portal-links')).toMatchObject(keyNeeded);
    const path = `/v1/portal-links/${link.link_id}`;
    expect(await browser.send('DELETE', path)).toMatchObject(keyNeeded);
    expect((await browser.get('/v1/me')).body.operations).not.toContain('createPortalLink');
  });

  it('is over when its session logs out, also for who has copied the cookie', async () => {
    const browser = await enter((await portalLink({})).token);
    expect((await browser.send('DELETE', '/v1/sessions/current')).status).toBe(204);
    expect(await browser.get('/v1/me')).toMatchObject({ status: 401, body: { reason: 'session_ended' } });
  });
});

describe('a session that is limited to channels', () => {
  const endpoint = (said: object = {}) => ({
    project_id: 'proj_1',
    url: 'http://127.0.0.1:9/',
    subscription: { channel_ids: ['ch_1'] },
    ...said,
  });

  it('makes and changes endpoints of these, and none that would get more', async () => {
    const { token } = await portalLink({ project_ids: ['proj_1'], channel_ids: ['ch_1'], role: 'write' });
    const browser = await enter(token);
    const made = await browser.send('POST', '/v1/endpoints', endpoint());
    expect(made.status, JSON.stringify(made.body)).toBe(201);
    const tooNarrow = { status: 403, body: { type: 'urn:herald:problem:scope_too_narrow' } };
    for (const beyond of [
      { project_id: 'proj_2' },
      { subscription: {} },
      { subscription: { channel_ids: ['ch_1', 'ch_2'] } },
      { subscription: { channel_ids: ['ch_1'], event_types: ['endpoint.failing'] } },
    ]) {
      expect(await browser.send('POST', '/v1/endpoints', endpoint(beyond))).toMatchObject(tooNarrow);
    }
    const path = `/v1/endpoints/${made.body.endpoint_id}`;
    const widen = { subscription: { channel_ids: [] } };
    expect(await browser.send('PATCH', path, widen, { 'if-match': '*' })).toMatchObject(tooNarrow);
    expect((await browser.send('PATCH', path, { name: 'mine' }, { 'if-match': '*' })).status).toBe(200);
    // Once its owner widens it, it is not the session's any more.
    expect((await admin.send('PATCH', path, widen, { 'if-match': '*' })).status).toBe(200);
    expect((await browser.get(path)).status).toBe(404);
    expect((await browser.send('DELETE', path)).status).toBe(404);
    expect((await admin.get(path)).status).toBe(200);
  });
});
