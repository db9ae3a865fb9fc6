import { type ApiKey, isValid, type Role } from '@herald/registry/api-key';
import type { ApiKeyTable } from '@herald/registry/api-keys';
import type { PortalLink } from '@herald/registry/portal/portal-link';
import type { PortalLinkTable } from '@herald/registry/portal/portal-link-table';
import type { Sealing } from '@herald/registry/sealing';
import { unauthorized } from '@herald/registry/unauthorized';
import type { Problem } from '@herald/service-kit/problem';
import { forbidden, keyNeeded, scopeTooNarrow } from '../http/problems.ts';
import { type AccessScope, type Caller, suffices } from './caller.ts';
import { sessionCookie } from './cookie.ts';
import { type Credentials, isFromPage, originProblem } from './origin.ts';
import { isWhole } from './scope.ts';
import { openSession, type Session } from './session.ts';

export type Authentication = { caller: Caller } | { problem: Problem };

/** What an operation asks of who asks for it. */
export interface Needs {
  method: string;
  role: Role;
  /** Left out where a part of the account will do. */
  wholeAccount?: boolean;
  /** Left out where a session from a portal link will do. */
  keyOnly?: boolean;
}

export interface Admission {
  /** Who asks, if they may. */
  authenticate(credentials: Credentials, needs: Needs): Authentication;
  /** For what anybody may ask for, but no page of another site; undefined admits. */
  refuseForeignPage(credentials: Credentials): Problem | undefined;
}

export interface AdmissionOptions {
  keys: Pick<ApiKeyTable, 'verify' | 'get'>;
  links: Pick<PortalLinkTable, 'inSession'>;
  sealing: Sealing;
  /** Of pages, beside those of the API's own host, as `https://portal.example.com`. */
  allowedOrigins: ReadonlySet<string>;
  now: () => number;
}

/** Clients of the Upload-Post API say Apikey. */
const AUTHORIZATION = /^(?:Bearer|Apikey) +(\S+) *$/i;

export function createAdmission({ keys, links, sealing, allowedOrigins, now }: AdmissionOptions): Admission {
  return {
    authenticate(credentials, needs) {
      const identified = identify(credentials, needs.method);
      if ('problem' in identified) return identified;
      const { actor, role, scope } = identified.caller;
      if (!suffices(role, needs.role)) return { problem: forbidden({ actor, role }, needs.role) };
      if (needs.keyOnly && actor.kind !== 'api_key') return { problem: keyNeeded };
      if (needs.wholeAccount && !isWhole(scope)) return { problem: WHOLE_ACCOUNT };
      return identified;
    },
    refuseForeignPage: (credentials) =>
      isFromPage(credentials) ? originProblem(credentials, allowedOrigins) : undefined,
  };

  /** A key that is sent counts, even where a cookie comes along: who sends one means it. */
  function identify(credentials: Credentials, method: string): Authentication {
    const authorization = credentials.header('authorization');
    const cookie = authorization === undefined ? sessionCookie(credentials) : undefined;
    if (cookie === undefined) return ofKey(AUTHORIZATION.exec(authorization ?? '')?.[1]);
    const session = openSession(sealing, cookie, now());
    const caller = session && ofSession(session);
    if (!caller) return { problem: SESSION_ENDED };
    const problem = method.toLowerCase() === 'get' ? undefined : originProblem(credentials, allowedOrigins);
    return problem ? { problem } : { caller };
  }

  function ofKey(text: string | undefined): Authentication {
    if (text === undefined) return { problem: unauthorized('missing') };
    const verified = keys.verify(text);
    if (!verified.ok) return { problem: unauthorized(verified.reason) };
    const { keyId } = verified;
    return {
      caller: {
        actor: { kind: 'api_key', id: keyId },
        accountId: verified.accountId,
        role: verified.role,
        scope: {},
        expiresAtMs: keys.get(keyId)?.value.expiresAtMs,
        isAdmitted: () => keyOf(keyId) !== undefined,
      },
    };
  }

  function ofSession(session: Session): Caller | undefined {
    const identified = session.actor.kind === 'api_key' ? ofKeySession(session) : ofPortalSession(session);
    const isAdmitted = () => now() < session.expiresAtMs && ofSession(session) !== undefined;
    return identified && { actor: session.actor, ...identified, isAdmitted };
  }

  function ofKeySession({ actor, expiresAtMs }: Session): Identified | undefined {
    const key = keyOf(actor.id);
    return (
      key && {
        accountId: key.accountId,
        role: key.role,
        scope: {},
        expiresAtMs: Math.min(expiresAtMs, key.expiresAtMs ?? Number.POSITIVE_INFINITY),
      }
    );
  }

  function ofPortalSession({ actor, sessionId = '', expiresAtMs }: Session): Identified | undefined {
    const link = links.inSession({ linkId: actor.id, sessionId });
    return (
      link && {
        accountId: link.accountId,
        role: link.role,
        scope: scopeOf(link),
        expiresAtMs,
      }
    );
  }

  function keyOf(keyId: string): ApiKey | undefined {
    const key = keys.get(keyId)?.value;
    return key && isValid(key, now()) ? key : undefined;
  }
}

/** What the session of a link is limited to. */
export function scopeOf({
  projectIds,
  channelIds,
}: Pick<PortalLink, 'projectIds' | 'channelIds'>): AccessScope {
  return {
    ...(projectIds && { projectIds: new Set(projectIds) }),
    ...(channelIds && { channelIds: new Set(channelIds) }),
  };
}

type Identified = Omit<Caller, 'actor' | 'isAdmitted'>;

const WHOLE_ACCOUNT = scopeTooNarrow(
  'This is of the account as a whole. Ask with an API key, or with a session that is not limited to projects or channels.',
);

const SESSION_ENDED: Problem = {
  ...unauthorized('missing'),
  title: 'The session has ended',
  detail: 'Its time is up, or its API key or portal link was revoked. Begin a new one by POST /v1/sessions.',
  reason: 'session_ended',
};
