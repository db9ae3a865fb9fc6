import type { ConfiguredEndpoint } from '@herald/registry/endpoint-table';
import type { Sealing } from '@herald/registry/sealing';
import { parseSecret } from '@herald/webhook/secret';
import type { Signer } from '@herald/webhook/sign';
import { LRUCache } from 'lru-cache';

export type SigningKeys =
  | { kind: 'keys'; signers: readonly Signer[] }
  | { kind: 'unreadable'; detail: string };

/** As many endpoints as one dispatcher is built for. */
const MAX_ENDPOINTS = 10_000;

/** The secrets of an endpoint, opened and parsed once a revision. */
export function createSigningKeys(
  sealing: Pick<Sealing, 'open'>,
  now: () => number,
): (configured: ConfiguredEndpoint) => SigningKeys {
  const cache = new LRUCache<string, { revision: number; keys: SigningKeys }>({ max: MAX_ENDPOINTS });
  return (configured) => {
    const { endpoint, revision } = configured;
    const cached = cache.get(endpoint.id);
    if (cached?.revision === revision) return cached.keys;
    const keys = openSecrets(configured, sealing, now());
    cache.set(endpoint.id, { revision, keys });
    return keys;
  };
}

/**
 * All or nothing: a message that lacks one of its signatures would be refused by the receiver that waits for it. A
 * secret that has expired signs nothing any more, so nobody has to be able to open it.
 */
function openSecrets(
  { endpoint }: ConfiguredEndpoint,
  sealing: Pick<Sealing, 'open'>,
  nowMs: number,
): SigningKeys {
  const signers: Signer[] = [];
  for (const { secretId, sealed, expiresAtMs } of endpoint.secrets) {
    if (expiresAtMs !== undefined && expiresAtMs <= nowMs) continue;
    const opened = sealing.open(sealed, endpoint);
    if (!opened.ok) return { kind: 'unreadable', detail: `secret ${secretId}: ${opened.detail}` };
    const parsed = parseSecret(opened.secret);
    if (parsed.kind === 'invalid')
      return { kind: 'unreadable', detail: `secret ${secretId}: ${parsed.message}` };
    signers.push({ scheme: parsed.scheme, key: parsed.key, expiresAtMs });
  }
  return { kind: 'keys', signers };
}
