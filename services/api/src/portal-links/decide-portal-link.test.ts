import { describe, expect, it } from 'vitest';
import type { Caller } from '../access/caller.ts';
import { decidePortalLink } from './decide-portal-link.ts';
import { newPortalLink } from './portal-link-fields.ts';

const NOW_MS = Date.UTC(2026, 0, 15);
const key: Pick<Caller, 'actor' | 'role' | 'scope' | 'expiresAtMs'> = {
  actor: { kind: 'api_key', id: 'k1' },
  role: 'write',
  scope: {},
  expiresAtMs: NOW_MS + 1_000,
};
const session: typeof key = {
  actor: { kind: 'portal_session', id: 'link_1' },
  role: 'write',
  scope: { projectIds: new Set(['a', 'b']) },
  expiresAtMs: NOW_MS + 60_000,
};
const decide = (asked: object, caller: typeof key) =>
  decidePortalLink(newPortalLink.parse(asked), caller, NOW_MS);

describe('a link', () => {
  it('opens what was asked for, and everything only where the caller has everything', () => {
    expect(decide({ role: 'write', project_ids: ['a'] }, key)).toMatchObject({
      link: { role: 'write', projectIds: ['a'], channelIds: undefined, parentLinkId: undefined },
    });
    expect(decide({}, key)).toMatchObject({ link: { role: 'read', projectIds: undefined } });
    expect(decide({}, session)).toMatchObject({ link: { projectIds: ['a', 'b'] } });
  });

  it('never opens more than its maker may: not a role, not a project, not a channel', () => {
    expect(decide({ role: 'write' }, { ...key, role: 'read' })).toMatchObject({
      problem: { status: 403, code: 'forbidden' },
    });
    expect(decide({ project_ids: ['a', 'c'] }, session)).toMatchObject({
      problem: { status: 403, code: 'scope_too_narrow' },
    });
    const ofChannel = { ...session, scope: { channelIds: new Set(['x']) } };
    expect(decide({ project_ids: ['a'], channel_ids: ['y'] }, ofChannel)).toHaveProperty('problem');
    expect(decide({ project_ids: ['a'] }, ofChannel)).toMatchObject({
      link: { projectIds: ['a'], channelIds: ['x'] },
    });
  });

  it('ends with the session that makes it, and not with the key', () => {
    expect(decide({ expires_in: 600 }, session)).toMatchObject({
      link: { expiresAtMs: NOW_MS + 60_000, parentLinkId: 'link_1' },
    });
    expect(decide({ expires_in: 600 }, key)).toMatchObject({ link: { expiresAtMs: NOW_MS + 600_000 } });
  });
});
