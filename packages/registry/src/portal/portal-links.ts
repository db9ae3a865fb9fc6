import { randomUUID } from 'node:crypto';
import { createEncoder } from '@herald/contracts/codec';
import type * as avro from '@herald/contracts/generated/portal-link';
import type { SchemaSource } from '@herald/contracts/schema-registry';
import { TOPICS } from '@herald/contracts/topics';
import type { KafkaConnection } from '@herald/kafka/connection';
import { editEntry } from '../audit/edit-entry.ts';
import type { Asker, AuditAction } from '../audit/entry.ts';
import type { AuditLog } from '../audit/log.ts';
import { shownPortalLink } from '../audit/shown.ts';
import { createEditor } from '../editor.ts';
import { createFencedLog } from '../fenced-log.ts';
import type { Entry } from '../round.ts';
import { SUBJECTS } from '../subjects.ts';
import {
  endOf,
  linkIdOf,
  makePortalLink,
  type NewPortalLink,
  opens,
  type PortalLink,
} from './portal-link.ts';
import { portalLinkRecordOf } from './portal-link-record.ts';
import type { PortalLinkTable } from './portal-link-table.ts';

export type LinkCreated =
  /** `token` is what the link opens with: it is kept nowhere and cannot be shown again. */
  | { kind: 'created'; token: string; link: PortalLink }
  /** There are as many as there may be. Nothing was written. */
  | { kind: 'too_many'; limit: number }
  | { kind: 'unavailable'; detail: string };

export type LinkRevoked =
  /** It opens nothing any more, and its session has ended. */
  | { kind: 'revoked' }
  /** The account has no such link. */
  | { kind: 'missing' }
  | { kind: 'unavailable'; detail: string };

export type LinkExchanged =
  | { kind: 'exchanged'; link: PortalLink; session: { id: string; expiresAtMs: number } }
  /** `used` and `expired` are told only to who has the link's secret. */
  | { kind: 'refused'; reason: 'malformed' | 'unknown' | 'used' | 'expired' }
  | { kind: 'unavailable'; detail: string };

/** The one way to change links. Any number of processes may have one: of all who exchange a link one gets a session. */
export interface PortalLinkWriter {
  as(asker: Asker): PortalLinkEdits;
  exchange(token: string, requestId: string | undefined): Promise<LinkExchanged>;
  /** Waits for the edits under way. */
  close(): Promise<void>;
}

/** Edits in the name of who asks for them. */
export interface PortalLinkEdits {
  create(link: NewPortalLink): Promise<LinkCreated>;
  revoke(accountId: string, linkId: string): Promise<LinkRevoked>;
}

export interface PortalLinkWriterOptions {
  connection: KafkaConnection;
  source: SchemaSource;
  table: PortalLinkTable;
  audit: AuditLog;
  /** For one edit, milliseconds; default 10,000. */
  timeoutMs?: number;
  maxLinksPerAccount?: number;
  now?: () => number;
}

/** Links of an account that are open or in session: every api has all links in memory. */
export const MAX_LINKS_PER_ACCOUNT = 10_000;

/** Links that are forgotten along with one that is made. */
const MAX_FORGOTTEN_AT_ONCE = 200;

export async function createPortalLinkWriter(options: PortalLinkWriterOptions): Promise<PortalLinkWriter> {
  const { connection, source, table, audit, timeoutMs = 10_000, now = Date.now } = options;
  const { maxLinksPerAccount = MAX_LINKS_PER_ACCOUNT } = options;
  const encoder = await createEncoder<avro.PortalLink>(source, SUBJECTS.portalLinks);
  const editor = createEditor<PortalLink>({
    log: createFencedLog({ connection, topic: TOPICS.portalLinks, timeoutMs: timeoutMs / 2 }),
    table: { get: table.entry, waitForRevision: table.waitForRevision },
    encode: (link) => encoder.encode(portalLinkRecordOf(link)),
    audit,
    timeoutMs,
    now,
  });
  const audited = (asker: Asker, linkId: string, action: AuditAction) =>
    editEntry(asker, action, { kind: 'portal_link', id: linkId }, shownPortalLink);

  /** How many are being made for an account: those count too, or as many as are made at once would pass together. */
  const underWay = new Map<string, number>();

  return { as: editsOf, exchange, close: () => editor.close() };

  function editsOf(asker: Asker): PortalLinkEdits {
    return {
      async create(asked) {
        forgetEnded();
        if (linksOf(asked.accountId) >= maxLinksPerAccount) {
          return { kind: 'too_many', limit: maxLinksPerAccount };
        }
        const { token, link } = makePortalLink(asked, now());
        countUnderWay(asked.accountId, 1);
        try {
          const edited = await editor.edit<never>(
            link.linkId,
            () => ({ write: link }),
            audited(asker, link.linkId, 'portal_link.created'),
          );
          return edited.kind === 'unavailable' ? edited : { kind: 'created', token, link };
        } finally {
          countUnderWay(asked.accountId, -1);
        }
      },

      async revoke(accountId, linkId) {
        const edited = await editor.edit<LinkRevoked>(
          linkId,
          (current) =>
            current?.value.accountId === accountId ? { write: undefined } : { refuse: { kind: 'missing' } },
          audited(asker, linkId, 'portal_link.revoked'),
        );
        if (edited.kind === 'refused') return edited.refusal;
        return edited.kind === 'written' ? { kind: 'revoked' } : edited;
      },
    };
  }

  async function exchange(token: string, requestId: string | undefined): Promise<LinkExchanged> {
    const linkId = linkIdOf(token);
    if (linkId === undefined) return { kind: 'refused', reason: 'malformed' };
    // Kafka is not asked for a token that this process already knows to open nothing.
    const refused = refusalOf(token, table.entry(linkId));
    if (refused) return refused;
    const sessionId = randomUUID();
    const exchangedAtMs = now();
    let exchanged: LinkExchanged | undefined;
    const edited = await editor.edit<LinkExchanged>(
      linkId,
      (current) => {
        const refusal = refusalOf(token, current);
        if (refusal || !current) return { refuse: refusal ?? UNKNOWN };
        const session = { id: sessionId, expiresAtMs: sessionEnd(current.value, exchangedAtMs) };
        exchanged = { kind: 'exchanged', link: { ...current.value, session }, session };
        return { write: exchanged.link };
      },
      audited({ actor: { kind: 'portal_session', id: linkId }, requestId }, linkId, 'portal_link.exchanged'),
    );
    if (edited.kind === 'refused') return edited.refusal;
    return edited.kind === 'written' ? (exchanged as LinkExchanged) : edited;
  }

  function refusalOf(token: string, current: Entry<PortalLink> | undefined): LinkExchanged | undefined {
    if (!current || !opens(token, current.value)) return UNKNOWN;
    if (current.value.session) return { kind: 'refused', reason: 'used' };
    const isOver = current.value.expiresAtMs <= now() || !table.maker(current.value);
    return isOver ? { kind: 'refused', reason: 'expired' } : undefined;
  }

  /** No session outlives the key that made its link. */
  function sessionEnd(link: PortalLink, nowMs: number): number {
    const keyEndMs = table.maker(link)?.expiresAtMs ?? Number.POSITIVE_INFINITY;
    return Math.min(nowMs + link.sessionSeconds * 1_000, keyEndMs);
  }

  /** As this process knows them; what others are making is not among them: it bounds memory, no more. */
  function linksOf(accountId: string): number {
    const nowMs = now();
    const inUse = table.list(accountId).filter((link) => endOf(link) > nowMs);
    return inUse.length + (underWay.get(accountId) ?? 0);
  }

  function countUnderWay(accountId: string, change: 1 | -1): void {
    const count = (underWay.get(accountId) ?? 0) + change;
    if (count === 0) underWay.delete(accountId);
    else underWay.set(accountId, count);
  }

  /** Of all accounts, so that the table is as large as what is in use. What Kafka does not confirm goes with the next. */
  function forgetEnded(): void {
    const nowMs = now();
    const isEnded = (link: PortalLink) => endOf(link) <= nowMs;
    const ended = [...table.all()].filter(isEnded).slice(0, MAX_FORGOTTEN_AT_ONCE);
    for (const { linkId } of ended) {
      void editor.edit<'in use'>(linkId, (current) =>
        current && isEnded(current.value) ? { write: undefined } : { refuse: 'in use' },
      );
    }
  }
}

const UNKNOWN: LinkExchanged = { kind: 'refused', reason: 'unknown' };
