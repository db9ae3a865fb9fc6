import type { Role } from '@herald/registry/api-key';
import type { ApiKeyTable } from '@herald/registry/api-keys';
import { unauthorized } from '@herald/registry/unauthorized';
import type { Problem } from '@herald/service-kit/problem';
import { forbidden } from '../http/problems.ts';
import { type Caller, suffices } from './caller.ts';

/** What a request says about who sends it. */
export interface Credentials {
  header(name: string): string | undefined;
}

export type Authentication = { caller: Caller } | { problem: Problem };

/** Who asks, if they may do what needs a role. */
export type Authenticate = (credentials: Credentials, needs: Role) => Authentication;

/** Clients of the Upload-Post API say Apikey. */
const AUTHORIZATION = /^(?:Bearer|Apikey) +(\S+) *$/i;

export function createAuthenticate({ keys }: { keys: Pick<ApiKeyTable, 'verify'> }): Authenticate {
  function identify({ header }: Credentials): Authentication {
    const text = AUTHORIZATION.exec(header('authorization') ?? '')?.[1];
    if (text === undefined) return { problem: unauthorized('missing') };
    const key = keys.verify(text);
    if (!key.ok) return { problem: unauthorized(key.reason) };
    return {
      caller: {
        actor: { kind: 'api_key', id: key.keyId },
        accountId: key.accountId,
        role: key.role,
        scope: {},
        isAdmitted: () => keys.verify(text).ok,
      },
    };
  }

  return (credentials, needs) => {
    const identified = identify(credentials);
    if ('problem' in identified || suffices(identified.caller.role, needs)) return identified;
    return { problem: forbidden(identified.caller.role, needs) };
  };
}
