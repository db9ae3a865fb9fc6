import { createPublicKey, createSecretKey, type KeyObject } from 'node:crypto';

/** What a signature is checked with: a shared secret (`v1`, HMAC-SHA256) or a public key (`v1a`, Ed25519). */
export interface VerificationKey {
  scheme: 'v1' | 'v1a';
  key: KeyObject;
}

/** Standard Webhooks: a shared secret has 24 to 64 bytes. */
const MIN_SHARED_BYTES = 24;
const MAX_SHARED_BYTES = 64;
const PUBLIC_BYTES = 32;

/** SubjectPublicKeyInfo of an Ed25519 key (RFC 8410, section 4), up to the key itself. */
const SPKI_ED25519 = Buffer.from('302a300506032b6570032100', 'hex');

/**
 * Reads `whsec_<base64>` or `whpk_<base64>`.
 *
 * @throws TypeError for anything else; the message never repeats the text
 */
export function verificationKey(text: string): VerificationKey {
  if (typeof text !== 'string') throw new TypeError('A secret is missing: look at what it is read from.');
  if (text.startsWith('whsec_')) {
    const bytes = decodeBase64(text.slice('whsec_'.length));
    if (bytes.length < MIN_SHARED_BYTES || bytes.length > MAX_SHARED_BYTES) {
      throw new TypeError(
        `A whsec_ secret has ${MIN_SHARED_BYTES} to ${MAX_SHARED_BYTES} bytes, this one ${bytes.length}. Copy it whole.`,
      );
    }
    return { scheme: 'v1', key: createSecretKey(bytes) };
  }
  if (text.startsWith('whpk_')) {
    const bytes = decodeBase64(text.slice('whpk_'.length));
    if (bytes.length !== PUBLIC_BYTES) {
      throw new TypeError(`A whpk_ key has ${PUBLIC_BYTES} bytes, this one ${bytes.length}. Copy it whole.`);
    }
    const der = Buffer.concat([SPKI_ED25519, bytes]);
    return { scheme: 'v1a', key: createPublicKey({ key: der, format: 'der', type: 'spki' }) };
  }
  if (text.startsWith('whsk_')) {
    throw new TypeError('This is the private key of the sender. Verify with the public one, whpk_….');
  }
  throw new TypeError(
    'A key begins with whsec_ (a shared secret) or whpk_ (a public key); Herald shows it when an endpoint is created.',
  );
}

/** Node's decoder skips what it does not know; a key that was mangled on its way must not pass for another. */
function decodeBase64(text: string): Buffer {
  const bytes = Buffer.from(text, 'base64');
  const canonical = bytes.toString('base64');
  if (text === canonical || text === canonical.replace(/=+$/, '')) return bytes;
  throw new TypeError('What follows the prefix of the key is not base64. Copy it whole.');
}
