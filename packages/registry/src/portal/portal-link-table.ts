import type * as avro from '@herald/contracts/generated/portal-link';
import { TOPICS } from '@herald/contracts/topics';
import type { TableEntry } from '@herald/kafka/compacted-table';
import type { ApiKey } from '../api-key.ts';
import type { ApiKeyTable } from '../api-keys.ts';
import { openConfigurationTable, type TableOptions } from '../configuration-table.ts';
import { SUBJECTS } from '../subjects.ts';
import { makerOf, type PortalLink, sessionLink } from './portal-link.ts';
import { parsePortalLink } from './portal-link-record.ts';

/** The local copy of `herald.portal-links`. */
export interface PortalLinkTable {
  entry(linkId: string): TableEntry<PortalLink> | undefined;
  /** The link of a session that goes on: its time is not up, and neither it nor the key that made it is revoked. */
  inSession(session: { linkId: string; sessionId: string }): PortalLink | undefined;
  /** The key that made the link, as long as that opens anything. */
  maker(link: PortalLink): ApiKey | undefined;
  /** Without those whose key opens nothing any more. */
  list(accountId: string): PortalLink[];
  all(): Iterable<PortalLink>;
  waitForRevision(revision: number, timeoutMs?: number): Promise<boolean>;
  isFollowing(): boolean;
  stop(): Promise<void>;
}

/** Resolves when the table has read to the end of the topic. */
export async function openPortalLinkTable(
  options: TableOptions & { keys: Pick<ApiKeyTable, 'get'>; now?: () => number },
): Promise<PortalLinkTable> {
  const { keys, now = Date.now } = options;
  const table = await openConfigurationTable<avro.PortalLink, PortalLink>(options, {
    topic: TOPICS.portalLinks,
    subjectSchema: SUBJECTS.portalLinks,
    parse: parsePortalLink,
  });
  const all = () => [...table.entries()].map(([, { value }]) => value);
  const lookUp = {
    link: (linkId: string) => table.get(linkId)?.value,
    key: (keyId: string) => keys.get(keyId)?.value,
  };
  const maker = (link: PortalLink) => makerOf(link, lookUp.key, now());
  return {
    entry: table.get,
    inSession: (session) => sessionLink(session, lookUp, now()),
    maker,
    list: (accountId) => all().filter((link) => link.accountId === accountId && maker(link) !== undefined),
    all,
    waitForRevision: table.waitForRevision,
    isFollowing: table.isFollowing,
    stop: table.stop,
  };
}
