import type { ApiKeyTable } from '@herald/registry/api-keys';
import { unauthorized } from '@herald/registry/unauthorized';
import type { Problem } from '@herald/service-kit/problem';
import { readOnlyKey } from './problems.ts';

export type Authenticated = { ok: true; accountId: string; keyId: string } | { ok: false; problem: Problem };

/** Who sends, by `Authorization: Bearer <key>`; a key of role write or admin may. */
export function authenticate(header: string | undefined, keys: Pick<ApiKeyTable, 'verify'>): Authenticated {
  const text = /^Bearer +(\S+) *$/i.exec(header ?? '')?.[1];
  if (text === undefined) return { ok: false, problem: unauthorized('missing') };
  const verification = keys.verify(text);
  if (!verification.ok) return { ok: false, problem: unauthorized(verification.reason) };
  if (verification.role === 'read') return { ok: false, problem: readOnlyKey };
  return { ok: true, accountId: verification.accountId, keyId: verification.keyId };
}
