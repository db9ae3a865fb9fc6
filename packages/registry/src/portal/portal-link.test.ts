import { expect, it } from 'vitest';
import { type ApiKey, makeApiKey } from '../api-key.ts';
import { makePortalLink, type NewPortalLink, opens, type PortalLink, sessionLink } from './portal-link.ts';
import { parsePortalLink, portalLinkRecordOf } from './portal-link-record.ts';

const NOW_MS = Date.UTC(2026, 0, 15);
const KEY: ApiKey = {
  ...makeApiKey({ accountId: 'acc_1', name: '', role: 'write' }, NOW_MS).key,
  keyId: 'k1',
};
const asked: NewPortalLink = {
  accountId: 'acc_1',
  name: 'Shop',
  role: 'write',
  projectIds: ['proj_1'],
  channelIds: undefined,
  madeByKeyId: 'k1',
  expiresAtMs: NOW_MS + 600_000,
  sessionSeconds: 3_600,
};

/** One that was exchanged now. */
function inSession(linkId: string, said: Partial<PortalLink> = {}): PortalLink {
  const session = { id: `session of ${linkId}`, expiresAtMs: NOW_MS + 1_000 };
  return { ...makePortalLink(asked, NOW_MS).link, linkId, session, ...said };
}

function goesOn(link: PortalLink, said: { nowMs?: number; sessionId?: string; key?: ApiKey } = {}) {
  const { nowMs = NOW_MS, sessionId = `session of ${link.linkId}`, key = KEY } = said;
  const lookUp = {
    link: (id: string) => (id === link.linkId ? link : undefined),
    key: (id: string) => (id === key.keyId ? key : undefined),
  };
  return sessionLink({ linkId: link.linkId, sessionId }, lookUp, nowMs) !== undefined;
}

it('only the token that was shown opens a link, and the record does not have it', () => {
  const { token, link } = makePortalLink(asked, NOW_MS);
  expect(opens(token, link)).toBe(true);
  const other = makePortalLink(asked, NOW_MS).token;
  expect(opens(`hp_${link.linkId}_${other.split('_').at(-1)}`.slice(0, 63), link)).toBe(false);
  expect(opens(token.slice(0, -1), link)).toBe(false);
  const record = portalLinkRecordOf(link);
  expect(JSON.stringify(record)).not.toContain(token.slice(20));
  expect(parsePortalLink(record)).toEqual({
    ok: true,
    value: { ...link, tokenHash: Uint8Array.from(link.tokenHash) },
  });
});

it('a role that this version does not know opens nothing', () => {
  const { link } = makePortalLink(asked, NOW_MS);
  expect(parsePortalLink({ ...portalLinkRecordOf(link), role: 'UNKNOWN' }).ok).toBe(false);
});

it('a link of a version that did not say which key made it opens nothing: no key could end it', () => {
  const { link } = makePortalLink(asked, NOW_MS);
  expect(parsePortalLink({ ...portalLinkRecordOf(link), made_by_key_id: null }).ok).toBe(false);
});

it('a session goes on until its time is up, and is of nobody else than who made it of the link', () => {
  const link = inSession('a');
  expect(goesOn(link)).toBe(true);
  expect(goesOn(link, { nowMs: NOW_MS + 1_000 })).toBe(false);
  expect(goesOn(link, { sessionId: 'another session' })).toBe(false);
  expect(goesOn(inSession('a', { session: undefined }))).toBe(false);
});

it('a session ends with the key that made its link', () => {
  const link = inSession('a');
  expect(goesOn(link, { key: { ...KEY, revokedAtMs: NOW_MS } })).toBe(false);
  expect(goesOn(link, { key: { ...KEY, expiresAtMs: NOW_MS } })).toBe(false);
  expect(goesOn(link, { key: { ...KEY, keyId: 'k2' } })).toBe(false);
});
