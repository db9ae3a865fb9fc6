import type * as avro from '@herald/contracts/generated/portal-link';
import { TOPICS } from '@herald/contracts/topics';
import type { TableEntry } from '@herald/kafka/compacted-table';
import { openConfigurationTable, type TableOptions } from '../configuration-table.ts';
import { SUBJECTS } from '../subjects.ts';
import { type PortalLink, sessionLink } from './portal-link.ts';
import { parsePortalLink } from './portal-link-record.ts';

/** The local copy of `herald.portal-links`. */
export interface PortalLinkTable {
  entry(linkId: string): TableEntry<PortalLink> | undefined;
  /** The link of a session that goes on: its time is not up, and neither it nor what it was made from is revoked. */
  inSession(session: { linkId: string; sessionId: string }): PortalLink | undefined;
  list(accountId: string): PortalLink[];
  all(): Iterable<PortalLink>;
  waitForRevision(revision: number, timeoutMs?: number): Promise<boolean>;
  isFollowing(): boolean;
  stop(): Promise<void>;
}

/** Resolves when the table has read to the end of the topic. */
export async function openPortalLinkTable(
  options: TableOptions & { now?: () => number },
): Promise<PortalLinkTable> {
  const { now = Date.now } = options;
  const table = await openConfigurationTable<avro.PortalLink, PortalLink>(options, {
    topic: TOPICS.portalLinks,
    subjectSchema: SUBJECTS.portalLinks,
    parse: parsePortalLink,
  });
  const all = () => [...table.entries()].map(([, { value }]) => value);
  return {
    entry: table.get,
    inSession: (session) => sessionLink(session, (linkId) => table.get(linkId)?.value, now()),
    list: (accountId) => all().filter((link) => link.accountId === accountId),
    all,
    waitForRevision: table.waitForRevision,
    isFollowing: table.isFollowing,
    stop: table.stop,
  };
}
