import { createHmac, timingSafeEqual, verify } from 'node:crypto';
import type { VerificationKey } from './keys.ts';

export interface Signed {
  /** The `webhook-id`. */
  id: string;
  /** The `webhook-timestamp` as it was sent. */
  timestamp: string;
  /** The exact bytes of the body. */
  body: Buffer;
}

/** A sender has two secrets during a rotation; a field with very many signatures is not one of Herald's. */
const MAX_SIGNATURES = 10;
const MAX_FIELD_CHARS = 4_096;

/** Whether one of the signatures in the `webhook-signature` field was made with one of the keys. Constant time for each. */
export function isSigned(field: string, signed: Signed, keys: readonly VerificationKey[]): boolean {
  if (field.length > MAX_FIELD_CHARS) return false;
  const content = Buffer.concat([Buffer.from(`${signed.id}.${signed.timestamp}.`), signed.body]);
  return field
    .split(' ')
    .slice(0, MAX_SIGNATURES)
    .some((signature) => {
      const comma = signature.indexOf(',');
      const scheme = signature.slice(0, comma);
      const given = Buffer.from(signature.slice(comma + 1), 'base64');
      return keys.some((key) => key.scheme === scheme && matches(key, content, given));
    });
}

function matches({ scheme, key }: VerificationKey, content: Buffer, given: Buffer): boolean {
  if (scheme === 'v1a') return verify(null, content, key, given);
  const expected = createHmac('sha256', key).update(content).digest();
  return given.length === expected.length && timingSafeEqual(given, expected);
}
