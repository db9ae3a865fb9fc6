import type * as avro from '@herald/contracts/generated/portal-link';
import { correspondence, type Known } from '../correspondence.ts';
import type { PortalLink, PortalRole } from './portal-link.ts';

const HASH_BYTES = 32;

const roles = correspondence<Known<avro.PortalRole>, PortalRole>({ WRITE: 'write', READ: 'read' });

export type ParsedPortalLink = { ok: true; value: PortalLink } | { ok: false; reason: string };

/**
 * What a record of `herald.portal-links` means. A role that this version does not know opens nothing, and neither does a
 * link of a version that did not say which key made it: nobody could end it by that key.
 */
export function parsePortalLink(record: avro.PortalLink): ParsedPortalLink {
  const role = roles.valueOf(record.role);
  if (role === undefined) return { ok: false, reason: 'its role is of a newer version' };
  if (record.token_hash.length !== HASH_BYTES) {
    return { ok: false, reason: `its hash has ${record.token_hash.length} bytes instead of ${HASH_BYTES}` };
  }
  const { made_by_key_id: madeByKeyId, session_id: id, session_expires_at: expiresAtMs } = record;
  if (madeByKeyId === null) return { ok: false, reason: 'it does not say which key made it' };
  return {
    ok: true,
    value: {
      linkId: record.link_id,
      accountId: record.account_id,
      name: record.name,
      tokenHash: Uint8Array.from(record.token_hash),
      role,
      projectIds: record.project_ids ?? undefined,
      channelIds: record.channel_ids ?? undefined,
      madeByKeyId,
      createdAtMs: record.created_at,
      expiresAtMs: record.expires_at,
      sessionSeconds: record.session_seconds,
      session: id === null ? undefined : { id, expiresAtMs: expiresAtMs ?? 0 },
    },
  };
}

export function portalLinkRecordOf(link: PortalLink): avro.PortalLink {
  return {
    link_id: link.linkId,
    account_id: link.accountId,
    name: link.name,
    token_hash: Buffer.from(link.tokenHash),
    role: roles.symbolOf(link.role),
    project_ids: link.projectIds ? [...link.projectIds] : null,
    channel_ids: link.channelIds ? [...link.channelIds] : null,
    parent_link_id: null,
    made_by_key_id: link.madeByKeyId,
    created_at: link.createdAtMs,
    expires_at: link.expiresAtMs,
    session_seconds: link.sessionSeconds,
    session_id: link.session?.id ?? null,
    session_expires_at: link.session?.expiresAtMs ?? null,
  };
}
