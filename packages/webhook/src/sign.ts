import { createHmac, type KeyObject, sign as signAsymmetric } from 'node:crypto';
import type { SigningScheme } from '@herald/domain/endpoint';

/** One secret, ready to sign: parsed once for each revision of an endpoint, used for all its deliveries. */
export interface Signer {
  scheme: SigningScheme;
  key: KeyObject;
  /** Undefined for the secret that does not expire. */
  expiresAtMs: number | undefined;
}

export interface Signable {
  /** The `webhook-id`. */
  id: string;
  /** The `webhook-timestamp`, in unix seconds. */
  timestampSeconds: number;
  body: Buffer;
}

/**
 * The `webhook-signature` field of Standard Webhooks: one `<scheme>,<base64>` for each secret that has not expired,
 * in the order given, separated by spaces. During a rotation both secrets sign, so that a receiver with either of
 * them accepts. Undefined where no secret is left.
 */
export function signatureField(
  signers: readonly Signer[],
  message: Signable,
  nowMs: number,
): string | undefined {
  let field: string | undefined;
  for (const signer of signers) {
    if (signer.expiresAtMs !== undefined && signer.expiresAtMs <= nowMs) continue;
    const signature = `${signer.scheme},${signatureOf(signer, message)}`;
    field = field === undefined ? signature : `${field} ${signature}`;
  }
  return field;
}

function signatureOf({ scheme, key }: Signer, { id, timestampSeconds, body }: Signable): string {
  const prefix = `${id}.${timestampSeconds}.`;
  switch (scheme) {
    case 'v1':
      return createHmac('sha256', key).update(prefix).update(body).digest('base64');
    case 'v1a':
      return signAsymmetric(null, Buffer.concat([Buffer.from(prefix), body]), key).toString('base64');
  }
}
