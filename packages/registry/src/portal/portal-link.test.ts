import { expect, it } from 'vitest';
import { makePortalLink, type NewPortalLink, opens, type PortalLink, sessionLink } from './portal-link.ts';
import { parsePortalLink, portalLinkRecordOf } from './portal-link-record.ts';

const NOW_MS = Date.UTC(2026, 0, 15);
const asked: NewPortalLink = {
  accountId: 'acc_1',
  name: 'Shop',
  role: 'write',
  projectIds: ['proj_1'],
  channelIds: undefined,
  parentLinkId: undefined,
  expiresAtMs: NOW_MS + 600_000,
  sessionSeconds: 3_600,
};

/** One that was exchanged now. */
function inSession(linkId: string, said: Partial<PortalLink> = {}): PortalLink {
  const session = { id: `session of ${linkId}`, expiresAtMs: NOW_MS + 1_000 };
  return { ...makePortalLink(asked, NOW_MS).link, linkId, session, ...said };
}

function goesOn(links: PortalLink[], linkId: string, nowMs = NOW_MS, sessionId = `session of ${linkId}`) {
  const byId = new Map(links.map((link) => [link.linkId, link]));
  return sessionLink({ linkId, sessionId }, (id) => byId.get(id), nowMs) !== undefined;
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

it('a session goes on until its time is up, and is of nobody else than who made it of the link', () => {
  const links = [inSession('a')];
  expect(goesOn(links, 'a')).toBe(true);
  expect(goesOn(links, 'a', NOW_MS + 1_000)).toBe(false);
  expect(goesOn(links, 'a', NOW_MS, 'another session')).toBe(false);
  expect(goesOn([inSession('a', { session: undefined })], 'a')).toBe(false);
});

it('a session ends with the link that it came from, and with each before', () => {
  const [first, second, third] = [
    inSession('a'),
    inSession('b', { parentLinkId: 'a' }),
    inSession('c', { parentLinkId: 'b' }),
  ] as const;
  expect(goesOn([first, second, third], 'c')).toBe(true);
  expect(goesOn([second, third], 'c')).toBe(false);
  expect(goesOn([first, third], 'c')).toBe(false);
  expect(goesOn([first, second], 'c')).toBe(false);
});
