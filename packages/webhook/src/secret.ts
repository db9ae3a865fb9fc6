import { createPrivateKey, createPublicKey, createSecretKey, type KeyObject } from 'node:crypto';
import type { SigningScheme } from '@herald/domain/endpoint';

/** Standard Webhooks: a shared secret has 24 to 64 bytes. */
const MIN_SHARED_BYTES = 24;
const MAX_SHARED_BYTES = 64;
const GENERATED_SHARED_BYTES = 32;
const SEED_BYTES = 32;

/** PKCS #8 wrapping of an Ed25519 seed (RFC 8410, section 7), up to the seed itself. */
const PKCS8_ED25519 = Buffer.from('302e020100300506032b657004220420', 'hex');

export type ParsedSecret =
  | { kind: 'secret'; scheme: SigningScheme; key: KeyObject }
  /** The message never repeats the secret. */
  | { kind: 'invalid'; problem: 'prefix' | 'base64' | 'length' | 'key_mismatch'; message: string };

/** Reads `whsec_<base64>` (HMAC-SHA256, scheme v1) or `whsk_<base64>` (Ed25519 seed and public key, scheme v1a). */
export function parseSecret(text: string): ParsedSecret {
  if (text.startsWith('whsec_')) return parseShared(text.slice('whsec_'.length));
  if (text.startsWith('whsk_')) return parsePrivate(text.slice('whsk_'.length));
  return invalid('prefix', 'a signing secret begins with whsec_ (HMAC-SHA256) or whsk_ (Ed25519)');
}

/** A new secret in the form that `parseSecret` reads. `random` gives that many unpredictable bytes. */
export function generateSecret(scheme: SigningScheme, random: (bytes: number) => Buffer): string {
  if (scheme === 'v1') return `whsec_${random(GENERATED_SHARED_BYTES).toString('base64')}`;
  const seed = random(SEED_BYTES);
  return `whsk_${Buffer.concat([seed, publicBytes(privateKeyOf(seed))]).toString('base64')}`;
}

/** The `whpk_<base64>` that receivers of scheme v1a verify with. */
export function publicKeyText(privateKey: KeyObject): string {
  return `whpk_${publicBytes(privateKey).toString('base64')}`;
}

/** The same as a JSON Web Key (RFC 8037), for receivers that fetch keys rather than paste them. */
export interface PublicJwk {
  kty: 'OKP';
  crv: 'Ed25519';
  alg: 'EdDSA';
  use: 'sig';
  kid: string;
  x: string;
}

export function publicJwk(privateKey: KeyObject, kid: string): PublicJwk {
  const x = publicBytes(privateKey).toString('base64url');
  return { kty: 'OKP', crv: 'Ed25519', alg: 'EdDSA', use: 'sig', kid, x };
}

function parseShared(base64: string): ParsedSecret {
  const bytes = decodeBase64(base64);
  if (!bytes) return invalid('base64', 'what follows whsec_ is not base64');
  if (bytes.length < MIN_SHARED_BYTES || bytes.length > MAX_SHARED_BYTES) {
    return invalid('length', `a shared secret has 24 to 64 bytes, this one ${bytes.length}`);
  }
  return { kind: 'secret', scheme: 'v1', key: createSecretKey(bytes) };
}

function parsePrivate(base64: string): ParsedSecret {
  const bytes = decodeBase64(base64);
  if (!bytes) return invalid('base64', 'what follows whsk_ is not base64');
  if (bytes.length !== 2 * SEED_BYTES) {
    return invalid('length', `an Ed25519 key has 64 bytes (seed and public key), this one ${bytes.length}`);
  }
  const key = privateKeyOf(bytes.subarray(0, SEED_BYTES));
  if (!publicBytes(key).equals(bytes.subarray(SEED_BYTES))) {
    return invalid('key_mismatch', 'the public half of the Ed25519 key does not belong to its seed');
  }
  return { kind: 'secret', scheme: 'v1a', key };
}

function privateKeyOf(seed: Buffer): KeyObject {
  return createPrivateKey({ key: Buffer.concat([PKCS8_ED25519, seed]), format: 'der', type: 'pkcs8' });
}

function publicBytes(privateKey: KeyObject): Buffer {
  return createPublicKey(privateKey).export({ format: 'der', type: 'spki' }).subarray(-SEED_BYTES);
}

/** Node's decoder skips what it does not know; a secret that was mangled on its way must not pass for another. */
function decodeBase64(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64');
  const canonical = bytes.toString('base64');
  return text === canonical || text === canonical.replace(/=+$/, '') ? bytes : undefined;
}

function invalid(
  problem: Extract<ParsedSecret, { kind: 'invalid' }>['problem'],
  message: string,
): ParsedSecret {
  return { kind: 'invalid', problem, message };
}
