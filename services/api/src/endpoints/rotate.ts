import type { Endpoint, SealedSecret } from '@herald/domain/endpoint';

/** Each signature of a message is up to 90 bytes of its header fields, and work for the dispatcher. */
export const MAX_SIGNING_SECRETS = 5;

export function signingSecrets(endpoint: Endpoint, nowMs: number): SealedSecret[] {
  return endpoint.secrets.filter(({ expiresAtMs }) => expiresAtMs === undefined || expiresAtMs > nowMs);
}

/**
 * The endpoint with its new secret in front. Those before sign until the overlap ends, or their own end where that
 * comes first; what has expired goes.
 */
export function rotateSecret(
  current: Endpoint,
  secret: SealedSecret,
  { overlapMs, nowMs }: { overlapMs: number; nowMs: number },
): Endpoint {
  const endsAtMs = nowMs + overlapMs;
  const before = signingSecrets(current, nowMs).map((each) => ({
    ...each,
    expiresAtMs: Math.min(each.expiresAtMs ?? endsAtMs, endsAtMs),
  }));
  return {
    ...current,
    secrets: [secret, ...before.filter(({ expiresAtMs }) => expiresAtMs > nowMs)],
    updatedAtMs: nowMs,
  };
}
