import type { Role } from '@herald/registry/api-key';

/** Who acts, as records and limits name it. A session that was made from an API key acts as that key. */
export interface Actor {
  kind: 'api_key' | 'portal_session';
  id: string;
}

/** What of its account a caller is limited to; a limit that is undefined does not limit. */
export interface AccessScope {
  projectIds?: ReadonlySet<string>;
  channelIds?: ReadonlySet<string>;
}

/** Who asks, of which account, and what they may see and do there. */
export interface Caller {
  actor: Actor;
  accountId: string;
  role: Role;
  scope: AccessScope;
  /** Undefined for what does not end by itself. */
  expiresAtMs: number | undefined;
  /** False once what it came with is revoked or has expired: an answer that takes long has to ask again. */
  isAdmitted(): boolean;
}

/** From the least to the most. */
const ROLES: readonly Role[] = ['read', 'write', 'admin'];

/** Whether who has one role may do what needs another. */
export function suffices(has: Role, needs: Role): boolean {
  return ROLES.indexOf(has) >= ROLES.indexOf(needs);
}

/** For people, and for records that they read. */
export function describeActor({ kind, id }: Actor): string {
  return `${kind === 'api_key' ? 'API key' : 'portal session'} ${id}`;
}
