import type { Asker } from '@herald/registry/audit/entry';
import type { NewPortalLink, PortalLink } from '@herald/registry/portal/portal-link';
import type { PortalLinkTable } from '@herald/registry/portal/portal-link-table';
import type { LinkCreated, LinkRevoked, PortalLinkWriter } from '@herald/registry/portal/portal-links';
import type { Caller } from '../access/caller.ts';

export interface PortalLinkSources {
  table: Pick<PortalLinkTable, 'list'>;
  writer: Pick<PortalLinkWriter, 'as'>;
}

export interface AccountPortalLinks {
  list(): PortalLink[];
  create(link: Omit<NewPortalLink, 'accountId'>): Promise<LinkCreated>;
  revoke(linkId: string): Promise<LinkRevoked>;
  /** Ends the session that asks; what is no session from a link stays as it is. */
  leave(): Promise<LinkRevoked>;
}

const MISSING: LinkRevoked = { kind: 'missing' };

export function portalLinksOf(
  { accountId, actor }: Pick<Caller, 'accountId' | 'actor'>,
  { table, writer }: PortalLinkSources,
  asker: Asker,
): AccountPortalLinks {
  const edits = writer.as(asker);
  return {
    list: () => table.list(accountId),
    create: (link) => edits.create({ ...link, accountId }),
    revoke: (linkId) => edits.revoke(accountId, linkId),
    leave: async () => (actor.kind === 'portal_session' ? edits.revoke(accountId, actor.id) : MISSING),
  };
}
