import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import type { Endpoint } from '@herald/domain/endpoint';

const CIPHER = 'aes-256-gcm';
const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const ENVELOPE_VERSION = 1;

/**
 * Whom a secret belongs to, or what it is for where it belongs to no endpoint: bound into its envelope, so that one
 * pasted into another endpoint, or used for something else, does not open.
 */
export type SecretOwner = Pick<Endpoint, 'id' | 'accountId'> | { purpose: string };

/** A secret that cannot be opened holds its endpoint's deliveries; they are never given up for it. */
export type Opened =
  | { ok: true; secret: string }
  | { ok: false; reason: 'not_an_envelope' | 'unknown_key' | 'not_authentic'; detail: string };

export interface Sealing {
  seal(secret: string, owner: SecretOwner): Uint8Array;
  open(sealed: Uint8Array, owner: SecretOwner): Opened;
}

/**
 * AES-256-GCM with a key ring `k2:<base64>,k1:<base64>` of 32-byte keys: the first one seals, all of them open, so a
 * key is changed by putting a new one in front. Throws, without showing key material, on a ring of another form.
 *
 * Envelope: version (1 byte), length of the key id (1 byte), key id, nonce (12), ciphertext, tag (16). Version and
 * key id are authenticated together with the owner.
 */
export function createSealing(keyRing: string, random: (bytes: number) => Uint8Array = randomBytes): Sealing {
  const keys = parseKeyRing(keyRing);
  const [sealingKeyId, sealingKey] = keys.entries().next().value as [string, Buffer];

  return {
    seal(secret, owner) {
      const header = Buffer.from([ENVELOPE_VERSION, sealingKeyId.length, ...Buffer.from(sealingKeyId)]);
      const nonce = random(NONCE_BYTES);
      const cipher = createCipheriv(CIPHER, sealingKey, nonce, { authTagLength: TAG_BYTES });
      cipher.setAAD(associatedData(header, owner));
      return Buffer.concat([
        header,
        nonce,
        cipher.update(secret, 'utf8'),
        cipher.final(),
        cipher.getAuthTag(),
      ]);
    },

    open(sealed, owner) {
      const envelope = readEnvelope(sealed);
      if (!envelope) {
        return { ok: false, reason: 'not_an_envelope', detail: `${sealed.length} bytes of another form` };
      }
      const key = keys.get(envelope.keyId);
      if (!key) {
        const detail = `sealed with key ${JSON.stringify(envelope.keyId)}, the ring has ${[...keys.keys()].join(', ')}`;
        return { ok: false, reason: 'unknown_key', detail };
      }
      const decipher = createDecipheriv(CIPHER, key, envelope.nonce, { authTagLength: TAG_BYTES });
      decipher.setAAD(associatedData(envelope.header, owner));
      decipher.setAuthTag(envelope.tag);
      try {
        const secret = Buffer.concat([decipher.update(envelope.ciphertext), decipher.final()]);
        return { ok: true, secret: secret.toString('utf8') };
      } catch {
        const detail = `does not open with key ${envelope.keyId} for ${nameOf(owner)}`;
        return { ok: false, reason: 'not_authentic', detail };
      }
    },
  };
}

function parseKeyRing(text: string): Map<string, Buffer> {
  const keys = new Map<string, Buffer>();
  for (const [index, item] of text.split(',').entries()) {
    const [, keyId, base64] = /^([A-Za-z0-9._-]{1,64}):([A-Za-z0-9+/]+={0,2})$/.exec(item.trim()) ?? [];
    const key = Buffer.from(base64 ?? '', 'base64');
    if (keyId === undefined || key.length !== KEY_BYTES) {
      throw new Error(
        `Item ${index + 1} of the sealing keys is not <id>:<base64 of ${KEY_BYTES} bytes>. Make one with: openssl rand -base64 ${KEY_BYTES}`,
      );
    }
    if (keys.has(keyId)) throw new Error(`The sealing keys have two keys with the id ${keyId}`);
    keys.set(keyId, key);
  }
  return keys;
}

/** A list for an endpoint, an object for a purpose: neither is ever the other. */
function associatedData(header: Uint8Array, owner: SecretOwner): Buffer {
  const bound = 'purpose' in owner ? { purpose: owner.purpose } : [owner.accountId, owner.id];
  return Buffer.concat([header, Buffer.from(JSON.stringify(bound))]);
}

function nameOf(owner: SecretOwner): string {
  return 'purpose' in owner ? owner.purpose : `endpoint ${owner.id}`;
}

function readEnvelope(sealed: Uint8Array) {
  const bytes = Buffer.from(sealed.buffer, sealed.byteOffset, sealed.length);
  if (bytes[0] !== ENVELOPE_VERSION) return undefined;
  const headerBytes = 2 + (bytes[1] ?? 0);
  if (bytes.length < headerBytes + NONCE_BYTES + TAG_BYTES) return undefined;
  return {
    header: bytes.subarray(0, headerBytes),
    keyId: bytes.toString('latin1', 2, headerBytes),
    nonce: bytes.subarray(headerBytes, headerBytes + NONCE_BYTES),
    ciphertext: bytes.subarray(headerBytes + NONCE_BYTES, bytes.length - TAG_BYTES),
    tag: bytes.subarray(bytes.length - TAG_BYTES),
  };
}
