import { randomBytes } from 'node:crypto';
import type { ApiKey } from '@herald/registry/api-key';
import { makeApiKey, verifyApiKey } from '@herald/registry/api-key';
import { makePortalLink, type PortalLink, sessionLink } from '@herald/registry/portal/portal-link';
import { createSealing } from '@herald/registry/sealing';
import { beforeEach, describe, expect, it } from 'vitest';
import { type Authentication, createAdmission, type Needs } from './authenticate.ts';
import { sealSession } from './session.ts';

const HOUR_MS = 3_600_000;
const sealing = createSealing(`k1:${randomBytes(32).toString('base64')}`);

let nowMs: number;
let keys: Map<string, ApiKey>;
let links: Map<string, PortalLink>;
let text: string;
let key: ApiKey;

beforeEach(() => {
  nowMs = Date.UTC(2026, 0, 15);
  ({ text, key } = makeApiKey({ accountId: 'acc_1', name: '', role: 'write' }, nowMs));
  keys = new Map([[key.keyId, key]]);
  links = new Map();
});

const admission = createAdmission({
  keys: {
    verify: (given) => verifyApiKey(given, (id) => keys.get(id), nowMs),
    get: (id) => (keys.has(id) ? { value: keys.get(id)!, revision: 1 } : undefined),
  },
  links: {
    inSession: (session) =>
      sessionLink(session, { link: (id) => links.get(id), key: (id) => keys.get(id) }, nowMs),
  },
  sealing,
  allowedOrigins: new Set(['https://portal.example.com']),
  now: () => nowMs,
});

const ask = (headers: Record<string, string>, needs: Partial<Needs> = {}): Authentication =>
  admission.authenticate(
    { header: (name) => ({ host: 'api.example.com', ...headers })[name] },
    { method: 'get', role: 'read', ...needs },
  );

function callerOf(authentication: Authentication) {
  if ('problem' in authentication) throw new Error(authentication.problem.detail);
  return authentication.caller;
}

const cookie = (sealed: string) => ({ cookie: `theme=dark; __Host-herald-session=${sealed}` });

function keySession(expiresAtMs = nowMs + HOUR_MS) {
  const actor = { kind: 'api_key', id: key.keyId } as const;
  return cookie(sealSession(sealing, { actor, sessionId: undefined, expiresAtMs }));
}

/** The link of a session that was made now. */
function portalSession(said: Partial<PortalLink> = {}) {
  const { link } = makePortalLink(
    {
      ...{ accountId: 'acc_1', name: '', role: 'write', madeByKeyId: key.keyId, sessionSeconds: 3_600 },
      ...{ projectIds: ['proj_1'], channelIds: undefined, expiresAtMs: nowMs },
    },
    nowMs,
  );
  const session = { id: 'session_1', expiresAtMs: nowMs + HOUR_MS };
  links.set(link.linkId, { ...link, session, ...said });
  const actor = { kind: 'portal_session', id: link.linkId } as const;
  const sealed = sealSession(sealing, { actor, sessionId: session.id, expiresAtMs: session.expiresAtMs });
  return { linkId: link.linkId, cookie: cookie(sealed) };
}

describe('an API key', () => {
  it.each(['Bearer', 'Apikey', 'apikey '])('is taken behind the word %j', (word) => {
    expect(callerOf(ask({ authorization: `${word} ${text}` }, { role: 'write' }))).toMatchObject({
      actor: { kind: 'api_key', id: key.keyId },
      accountId: 'acc_1',
      role: 'write',
      scope: {},
    });
  });

  it.each(['Basic dXNlcjpwYXNz', 'hk_x', 'Bearer', ''])('is missing in %j', (authorization) => {
    expect(ask({ authorization })).toMatchObject({ problem: { status: 401, reason: 'missing' } });
  });

  it('whose role does not suffice is told from one that opens nothing', () => {
    expect(ask({ authorization: `Bearer ${text}` }, { role: 'admin' })).toMatchObject({
      problem: { status: 403, role: 'write', needed_role: 'admin' },
    });
  });

  it('counts where a cookie comes along, also one that opens nothing: who sends it means it', () => {
    const { cookie: session } = portalSession();
    expect(callerOf(ask({ authorization: `Bearer ${text}`, ...session })).actor.kind).toBe('api_key');
    expect(ask({ authorization: 'Bearer hk_x', ...session })).toMatchObject({ problem: { status: 401 } });
  });

  it('admits no longer once it is revoked, also an answer that has begun', () => {
    const caller = callerOf(ask({ authorization: `Bearer ${text}` }));
    expect(caller.isAdmitted()).toBe(true);
    keys.set(key.keyId, { ...key, revokedAtMs: nowMs });
    expect(caller.isAdmitted()).toBe(false);
  });
});

describe('a session from an API key', () => {
  it('acts as the key, with the role that the key has now', () => {
    const session = keySession();
    keys.set(key.keyId, { ...key, role: 'read' });
    const caller = callerOf(ask(session));
    expect(caller).toMatchObject({ actor: { kind: 'api_key', id: key.keyId }, role: 'read', scope: {} });
    expect(caller.expiresAtMs).toBe(nowMs + HOUR_MS);
  });

  it.each<[string, () => void]>([
    ['its time is up', () => (nowMs += HOUR_MS)],
    ['its key is revoked', () => keys.set(key.keyId, { ...key, revokedAtMs: nowMs })],
    ['its key has expired', () => keys.set(key.keyId, { ...key, expiresAtMs: nowMs })],
    ['its key is no more', () => keys.delete(key.keyId)],
  ])('is over when %s', (_, happen) => {
    const session = keySession();
    const caller = callerOf(ask(session));
    happen();
    expect(ask(session)).toMatchObject({ problem: { status: 401, reason: 'session_ended' } });
    expect(caller.isAdmitted()).toBe(false);
  });

  it('is nothing that anybody else can make or alter', () => {
    const sealed = keySession().cookie.split('=').at(-1)!;
    const altered = Buffer.from(sealed, 'base64url');
    altered[altered.length - 20]! ^= 1;
    const foreign = createSealing(`k1:${randomBytes(32).toString('base64')}`);
    const actor = { kind: 'api_key', id: key.keyId } as const;
    const other = sealSession(foreign, { actor, sessionId: undefined, expiresAtMs: nowMs + HOUR_MS });
    const endpointSecret = sealing.seal(JSON.stringify(['api_key', key.keyId, null, nowMs + HOUR_MS]), {
      ...{ accountId: 'acc_1', id: 'ep_1' },
    });
    for (const forged of [
      altered.toString('base64url'),
      other,
      Buffer.from(endpointSecret).toString('base64url'),
      'x',
      '',
    ]) {
      expect(ask(cookie(forged))).toMatchObject({ problem: { status: 401 } });
    }
  });
});

describe('a session from a portal link', () => {
  it('is limited to what the link is', () => {
    const { cookie: session, linkId } = portalSession();
    expect(callerOf(ask(session, { role: 'read' }))).toMatchObject({
      actor: { kind: 'portal_session', id: linkId },
      scope: { projectIds: new Set(['proj_1']) },
    });
    expect(ask(session, { wholeAccount: true })).toMatchObject({
      problem: { status: 403, code: 'scope_too_narrow' },
    });
    const whole = portalSession({ projectIds: undefined });
    expect(ask(whole.cookie, { wholeAccount: true })).toHaveProperty('caller');
    expect(ask(whole.cookie, { keyOnly: true })).toMatchObject({ problem: { code: 'key_needed' } });
    expect(ask(keySession(), { keyOnly: true })).toHaveProperty('caller');
  });

  it('is over when its link is revoked, and is never another session of the link', () => {
    const { cookie: session, linkId } = portalSession();
    const link = links.get(linkId)!;
    links.set(linkId, { ...link, session: { ...link.session!, id: 'session_2' } });
    expect(ask(session)).toMatchObject({ problem: { reason: 'session_ended' } });
    links.delete(linkId);
    expect(ask(session)).toMatchObject({ problem: { reason: 'session_ended' } });
  });

  it('is over with the key that made its link, also for an answer that has begun', () => {
    const { cookie: session } = portalSession();
    const caller = callerOf(ask(session));
    expect(caller.isAdmitted()).toBe(true);
    keys.set(key.keyId, { ...key, revokedAtMs: nowMs });
    expect(ask(session)).toMatchObject({ problem: { reason: 'session_ended' } });
    expect(caller.isAdmitted()).toBe(false);
  });
});

it('a refusal speaks of the session to who has no key', () => {
  const { cookie: session } = portalSession();
  const needs = { role: 'admin' } as const;
  expect(ask(session, needs)).toMatchObject({ problem: { title: 'The session may not do this' } });
  expect(ask(keySession(), needs)).toMatchObject({ problem: { title: 'The API key may not do this' } });
});

describe('a change by cookie', () => {
  it.each<[string, Record<string, string>]>([
    ['a page of the own host', { origin: 'https://api.example.com' }],
    ['a page of an allowed origin', { origin: 'https://portal.example.com' }],
    ['a page of the own host, says the browser', { 'sec-fetch-site': 'same-origin' }],
    ['a page on the same machine', { origin: 'http://127.0.0.1:8080', host: '127.0.0.1:8080' }],
  ])('may come from %s', (_, headers) => {
    expect(ask({ ...keySession(), ...headers }, { method: 'post', role: 'write' })).toHaveProperty('caller');
  });

  it.each<[string, Record<string, string>]>([
    ['a page of another site', { origin: 'https://evil.example' }],
    ['a page of a neighbour', { origin: 'https://evil.example.com', 'sec-fetch-site': 'same-site' }],
    ['another port', { origin: 'https://api.example.com:8443' }],
    ['the own host without TLS', { origin: 'http://api.example.com' }],
    ['a frame that hides its origin', { origin: 'null' }],
    ['the address bar', { 'sec-fetch-site': 'none' }],
    ['nobody knows where', {}],
  ])('may not come from %s', (_, headers) => {
    for (const method of ['post', 'patch', 'delete']) {
      expect(ask({ ...keySession(), ...headers }, { method, role: 'write' })).toMatchObject({
        problem: { status: 403, code: 'wrong_origin' },
      });
    }
  });

  it('is not asked for its origin where it comes with a key, which no browser adds by itself', () => {
    const authorization = `Bearer ${text}`;
    const asked = ask({ authorization, origin: 'https://evil.example' }, { method: 'post', role: 'write' });
    expect(asked).toHaveProperty('caller');
  });

  it('that anybody may make is refused to pages of other sites, and to no program', () => {
    const refuse = (headers: Record<string, string>) =>
      admission.refuseForeignPage({ header: (name) => ({ host: 'api.example.com', ...headers })[name] });
    expect(refuse({})).toBeUndefined();
    expect(refuse({ origin: 'https://api.example.com' })).toBeUndefined();
    const refused = refuse({ origin: 'https://evil.example' });
    expect(refused).toMatchObject({ code: 'wrong_origin' });
    // There may be no session yet.
    expect(refused?.detail).not.toContain('cookie');
  });
});

it('a session cookie without the prefix counts on loopback only: elsewhere a neighbour could have set it', () => {
  const session = { cookie: keySession().cookie.replace('__Host-', '') };
  expect(ask(session)).toMatchObject({ problem: { reason: 'missing' } });
  for (const host of ['127.0.0.1:8080', 'localhost', '[::1]:80']) {
    expect(ask({ ...session, host })).toHaveProperty('caller');
  }
  for (const host of ['127.0.0.1.evil.example', 'localhost.evil.example', 'local host', '']) {
    expect(ask({ ...session, host })).toHaveProperty('problem');
  }
});
