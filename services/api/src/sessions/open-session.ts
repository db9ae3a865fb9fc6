import type { ApiKeyTable } from '@herald/registry/api-keys';
import type { LinkExchanged, PortalLinkWriter } from '@herald/registry/portal/portal-links';
import type { Sealing } from '@herald/registry/sealing';
import { unauthorized } from '@herald/registry/unauthorized';
import type { Problem } from '@herald/service-kit/problem';
import { scopeOf } from '../access/authenticate.ts';
import type { Caller } from '../access/caller.ts';
import { sealSession } from '../access/session.ts';

export interface SessionMaker {
  fromKey(text: string): SessionMade;
  fromLink(token: string, requestId: string): Promise<SessionMade>;
}

export type SessionMade =
  /** `cookie` is the session, sealed. */
  | { kind: 'made'; cookie: string; caller: Omit<Caller, 'isAdmitted'>; expiresAtMs: number }
  | { kind: 'refused'; problem: Problem }
  | { kind: 'unavailable'; detail: string };

export interface SessionMakerOptions {
  keys: Pick<ApiKeyTable, 'verify' | 'get'>;
  exchangeLink: PortalLinkWriter['exchange'];
  sealing: Sealing;
  /** Of a session that is made from a key. */
  sessionSeconds: number;
  now: () => number;
}

export function createSessionMaker(options: SessionMakerOptions): SessionMaker {
  const { keys, exchangeLink, sealing, sessionSeconds, now } = options;

  function made(caller: Omit<Caller, 'isAdmitted' | 'expiresAtMs'>, expiresAtMs: number, sessionId?: string) {
    const cookie = sealSession(sealing, { actor: caller.actor, sessionId, expiresAtMs });
    return { kind: 'made', cookie, caller: { ...caller, expiresAtMs }, expiresAtMs } as const;
  }

  return {
    fromKey(text) {
      const verified = keys.verify(text);
      if (!verified.ok) return { kind: 'refused', problem: unauthorized(verified.reason) };
      const { keyId, accountId, role } = verified;
      const endMs = keys.get(keyId)?.value.expiresAtMs ?? Number.POSITIVE_INFINITY;
      const caller = { actor: { kind: 'api_key', id: keyId }, accountId, role, scope: {} } as const;
      return made(caller, Math.min(now() + sessionSeconds * 1_000, endMs));
    },

    async fromLink(token, requestId) {
      const exchanged = await exchangeLink(token, requestId);
      if (exchanged.kind === 'unavailable') return exchanged;
      if (exchanged.kind === 'refused') {
        return { kind: 'refused', problem: linkRefused(exchanged.reason) };
      }
      const { link, session } = exchanged;
      const caller = {
        actor: { kind: 'portal_session', id: link.linkId },
        accountId: link.accountId,
        role: link.role,
        scope: scopeOf(link),
      } as const;
      return made(caller, session.expiresAtMs, session.id);
    },
  };
}

type Reason = Extract<LinkExchanged, { kind: 'refused' }>['reason'];

const DETAILS: Readonly<Record<Reason, string>> = {
  malformed: 'The token does not have the form hp_<id>_<secret>. Send what follows #t= in the link, whole.',
  unknown: 'There is no such link: it was revoked, has expired, or is of another installation.',
  used: 'The link was used before, and can be used once.',
  expired: 'The link has expired, or the API key that made it is over.',
};

function linkRefused(reason: Reason): Problem {
  return {
    status: 401,
    code: 'unauthorized',
    title: 'The portal link opens nothing',
    detail: `${DETAILS[reason]} Ask for a new link where you got this one.`,
    reason: `link_${reason}`,
  };
}
