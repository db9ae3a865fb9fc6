import { expect, it } from 'vitest';
import type { Caller } from '../access/caller.ts';
import { decidePortalLink } from './decide-portal-link.ts';
import { newPortalLink } from './portal-link-fields.ts';

const NOW_MS = Date.UTC(2026, 0, 15);
const key: Pick<Caller, 'actor' | 'role' | 'expiresAtMs'> = {
  actor: { kind: 'api_key', id: 'k1' },
  role: 'write',
  expiresAtMs: undefined,
};
const decide = (asked: object, caller = key) => decidePortalLink(newPortalLink.parse(asked), caller, NOW_MS);

it('a link opens what was asked for, reading where nothing is said, and names the key that made it', () => {
  expect(decide({ role: 'write', project_ids: ['a'], channel_ids: ['x'] })).toMatchObject({
    link: { role: 'write', projectIds: ['a'], channelIds: ['x'], madeByKeyId: 'k1' },
  });
  expect(decide({})).toMatchObject({ link: { role: 'read', projectIds: undefined } });
});

it('a link never may more than who makes it', () => {
  expect(decide({ role: 'write' }, { ...key, role: 'read' })).toMatchObject({
    problem: { status: 403, code: 'forbidden' },
  });
});

it('a link is good for no longer than the key, or the session of a key, that makes it', () => {
  expect(decide({ expires_in: 600 })).toMatchObject({ link: { expiresAtMs: NOW_MS + 600_000 } });
  expect(decide({ expires_in: 600 }, { ...key, expiresAtMs: NOW_MS + 60_000 })).toMatchObject({
    link: { expiresAtMs: NOW_MS + 60_000 },
  });
});
