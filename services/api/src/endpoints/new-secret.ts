import { randomBytes } from 'node:crypto';
import type { SealedSecret, SigningScheme } from '@herald/domain/endpoint';
import type { Sealing, SecretOwner } from '@herald/registry/sealing';
import { generateSecret, parseSecret, publicKeyText } from '@herald/webhook/secret';

export interface NewSecret {
  /** For its owner, this once. */
  text: string;
  publicKey: string | null;
  sealed: SealedSecret;
}

/** Takes over the owner's secret, which must be one that `parseSecret` reads, or makes one of the scheme. */
export function newSecret(
  asked: { text: string | undefined; scheme: SigningScheme },
  owner: SecretOwner,
  given: { sealing: Sealing; secretId: string; nowMs: number },
): NewSecret {
  const text = asked.text ?? generateSecret(asked.scheme, randomBytes);
  const parsed = parseSecret(text);
  if (parsed.kind === 'invalid') throw new Error(`A secret that was not checked: ${parsed.message}`);
  const { sealing, secretId, nowMs } = given;
  return {
    text,
    publicKey: parsed.scheme === 'v1a' ? publicKeyText(parsed.key) : null,
    sealed: {
      secretId,
      scheme: parsed.scheme,
      sealed: sealing.seal(text, owner),
      createdAtMs: nowMs,
      expiresAtMs: undefined,
    },
  };
}
