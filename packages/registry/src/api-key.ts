import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type * as avro from '@herald/contracts/generated/api-key';
import { correspondence, type Known } from './correspondence.ts';

export type Role = 'admin' | 'write' | 'read';

const roles = correspondence<Known<avro.Role>, Role>({ ADMIN: 'admin', WRITE: 'write', READ: 'read' });

/** One API key; of its secret only the hash. */
export interface ApiKey {
  keyId: string;
  accountId: string;
  name: string;
  role: Role;
  secretHash: Uint8Array;
  createdAtMs: number;
  expiresAtMs: number | undefined;
  revokedAtMs: number | undefined;
}

/** What may be shown of a key. */
export interface ApiKeyInfo extends Omit<ApiKey, 'secretHash'> {
  /** How the key's text begins. */
  prefix: string;
}

export interface NewApiKey {
  accountId: string;
  name: string;
  role: Role;
  expiresAtMs?: number;
}

export type Verification =
  | { ok: true; accountId: string; role: Role; keyId: string }
  | { ok: false; reason: 'malformed' | 'unknown' | 'expired' | 'revoked' };

const KEY_ID_BYTES = 8;
const SECRET_BYTES = 32;
const KEY_TEXT = /^hk_([0-9a-f]{16})_([A-Za-z0-9_-]{43})$/;

/** `text` is `hk_<keyId>_<secret>`, to be shown once: it cannot be had from the key again. */
export function makeApiKey(
  asked: NewApiKey,
  nowMs: number,
  random: (bytes: number) => Uint8Array = randomBytes,
): { text: string; key: ApiKey } {
  const keyId = Buffer.from(random(KEY_ID_BYTES)).toString('hex');
  const secret = Buffer.from(random(SECRET_BYTES)).toString('base64url');
  const key: ApiKey = {
    keyId,
    accountId: asked.accountId,
    name: asked.name,
    role: asked.role,
    secretHash: hashOf(secret),
    createdAtMs: nowMs,
    expiresAtMs: asked.expiresAtMs,
    revokedAtMs: undefined,
  };
  return { text: `hk_${keyId}_${secret}`, key };
}

/** Whose key the text is. That a key is expired or revoked is told only to who has its secret. */
export function verifyApiKey(
  text: string,
  lookUp: (keyId: string) => ApiKey | undefined,
  nowMs: number,
): Verification {
  const [, keyId, secret] = KEY_TEXT.exec(text) ?? [];
  if (keyId === undefined || secret === undefined) return { ok: false, reason: 'malformed' };
  const key = lookUp(keyId);
  if (!key || !timingSafeEqual(hashOf(secret), key.secretHash)) return { ok: false, reason: 'unknown' };
  if (key.revokedAtMs !== undefined) return { ok: false, reason: 'revoked' };
  if (key.expiresAtMs !== undefined && key.expiresAtMs <= nowMs) return { ok: false, reason: 'expired' };
  return { ok: true, accountId: key.accountId, role: key.role, keyId };
}

/** Whether it opens anything still. */
export function isValid(
  { revokedAtMs, expiresAtMs }: Pick<ApiKey, 'revokedAtMs' | 'expiresAtMs'>,
  nowMs: number,
): boolean {
  return revokedAtMs === undefined && (expiresAtMs === undefined || expiresAtMs > nowMs);
}

export function infoOf({ secretHash: _, ...shown }: ApiKey): ApiKeyInfo {
  return { ...shown, prefix: `hk_${shown.keyId}` };
}

export type ParsedApiKey = { ok: true; value: ApiKey } | { ok: false; reason: string };

/** What a record of `herald.api-keys` means. A role that this version does not know opens nothing. */
export function parseApiKey(record: avro.ApiKey): ParsedApiKey {
  const role = roles.valueOf(record.role);
  if (role === undefined) return { ok: false, reason: 'its role is of a newer version' };
  if (record.secret_hash.length !== HASH_BYTES) {
    return { ok: false, reason: `its hash has ${record.secret_hash.length} bytes instead of ${HASH_BYTES}` };
  }
  return {
    ok: true,
    value: {
      keyId: record.key_id,
      accountId: record.account_id,
      name: record.name,
      role,
      secretHash: Uint8Array.from(record.secret_hash),
      createdAtMs: record.created_at,
      expiresAtMs: record.expires_at ?? undefined,
      revokedAtMs: record.revoked_at ?? undefined,
    },
  };
}

export function apiKeyRecordOf(key: ApiKey): avro.ApiKey {
  return {
    key_id: key.keyId,
    account_id: key.accountId,
    name: key.name,
    role: roles.symbolOf(key.role),
    secret_hash: Buffer.from(key.secretHash),
    created_at: key.createdAtMs,
    expires_at: key.expiresAtMs ?? null,
    revoked_at: key.revokedAtMs ?? null,
  };
}

const HASH_BYTES = 32;

function hashOf(secret: string): Buffer {
  return createHash('sha256').update(secret).digest();
}
