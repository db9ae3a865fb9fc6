import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Role } from '../api-key.ts';

export type PortalRole = Exclude<Role, 'admin'>;

/** One way into the portal: exchanged once, for one session. Of its token only the hash. */
export interface PortalLink {
  linkId: string;
  accountId: string;
  name: string;
  tokenHash: Uint8Array;
  role: PortalRole;
  /** What its session is limited to; undefined for no limit. */
  projectIds: readonly string[] | undefined;
  channelIds: readonly string[] | undefined;
  /** The link whose session made this one: it is worth nothing without that. */
  parentLinkId: string | undefined;
  createdAtMs: number;
  /** Until then it may be exchanged. */
  expiresAtMs: number;
  sessionSeconds: number;
  /** Undefined until it is exchanged. */
  session: { id: string; expiresAtMs: number } | undefined;
}

export type NewPortalLink = Omit<PortalLink, 'linkId' | 'tokenHash' | 'createdAtMs' | 'session'>;

const LINK_ID_BYTES = 8;
const SECRET_BYTES = 32;
const TOKEN = /^hp_([0-9a-f]{16})_([A-Za-z0-9_-]{43})$/;

/** `token` is `hp_<linkId>_<secret>`, to be shown once: it cannot be had from the link again. */
export function makePortalLink(
  asked: NewPortalLink,
  nowMs: number,
  random: (bytes: number) => Uint8Array = randomBytes,
): { token: string; link: PortalLink } {
  const linkId = Buffer.from(random(LINK_ID_BYTES)).toString('hex');
  const secret = Buffer.from(random(SECRET_BYTES)).toString('base64url');
  const link = { ...asked, linkId, tokenHash: hashOf(secret), createdAtMs: nowMs, session: undefined };
  return { token: `hp_${linkId}_${secret}`, link };
}

/** The id that a token names; undefined for a text of another form. */
export function linkIdOf(token: string): string | undefined {
  return TOKEN.exec(token)?.[1];
}

/** Whether the token is the link's, in constant time. */
export function opens(token: string, link: PortalLink): boolean {
  const secret = TOKEN.exec(token)?.[2];
  return secret !== undefined && timingSafeEqual(hashOf(secret), link.tokenHash);
}

/** From when on nothing can come of the link, and it is forgotten. */
export function endOf({ session, expiresAtMs }: PortalLink): number {
  return session?.expiresAtMs ?? expiresAtMs;
}

type LookUp = (linkId: string) => PortalLink | undefined;

/**
 * The link of a session that goes on; undefined once its time is up, or its link was revoked, or a link that this one
 * was made from.
 */
export function sessionLink(
  { linkId, sessionId }: { linkId: string; sessionId: string },
  lookUp: LookUp,
  nowMs: number,
): PortalLink | undefined {
  const link = lookUp(linkId);
  if (link?.session?.id !== sessionId) return undefined;
  let of: PortalLink | undefined = link;
  while (of?.session && of.session.expiresAtMs > nowMs) {
    if (of.parentLinkId === undefined) return link;
    of = lookUp(of.parentLinkId);
  }
  return undefined;
}

function hashOf(secret: string): Buffer {
  return createHash('sha256').update(secret).digest();
}
