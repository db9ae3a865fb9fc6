import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { type ApiKey, isValid, type Role } from '../api-key.ts';

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
  /** The link and its session are worth nothing without it. */
  madeByKeyId: string;
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

/** The key that made the link; undefined once it opens nothing, and nothing can come of the link either. */
export function makerOf(
  { madeByKeyId }: Pick<PortalLink, 'madeByKeyId'>,
  lookUpKey: (keyId: string) => ApiKey | undefined,
  nowMs: number,
): ApiKey | undefined {
  const key = lookUpKey(madeByKeyId);
  return key && isValid(key, nowMs) ? key : undefined;
}

/** The link of a session that goes on; undefined once its time is up, or its link or the key that made that was revoked. */
export function sessionLink(
  { linkId, sessionId }: { linkId: string; sessionId: string },
  lookUp: { link: (linkId: string) => PortalLink | undefined; key: (keyId: string) => ApiKey | undefined },
  nowMs: number,
): PortalLink | undefined {
  const link = lookUp.link(linkId);
  if (link?.session?.id !== sessionId || link.session.expiresAtMs <= nowMs) return undefined;
  return makerOf(link, lookUp.key, nowMs) && link;
}

function hashOf(secret: string): Buffer {
  return createHash('sha256').update(secret).digest();
}
