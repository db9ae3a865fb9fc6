import type { Endpoint } from '@herald/domain/endpoint';

/** Whom a secret belongs to: bound into its envelope, so that one pasted into another endpoint does not open. */
export type SecretOwner = Pick<Endpoint, 'id' | 'accountId'>;

/** A secret that cannot be opened holds its endpoint's deliveries; they are never given up for it. */
export type Opened =
  | { ok: true; secret: string }
  | { ok: false; reason: 'not_an_envelope' | 'unknown_key' | 'not_authentic'; detail: string };

export interface Sealing {
  seal(secret: string, owner: SecretOwner): Uint8Array;
  open(sealed: Uint8Array, owner: SecretOwner): Opened;
}

/**
 * AES-256-GCM with a key ring `k2:<base64>,k1:<base64>`: the first key seals, all of them open. Throws, without
 * showing key material, on a ring that is not of this form.
 */
export declare function createSealing(keyRing: string): Sealing;
