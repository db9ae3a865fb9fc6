import type { Endpoint } from '@herald/domain/endpoint';
import type { EndpointTable } from '@herald/registry/endpoint-table';
import type { Sealing } from '@herald/registry/sealing';
import { type PublicJwk, parseSecret, publicJwk } from '@herald/webhook/secret';
import type { Express } from 'express';
import { z } from 'zod';
import { send } from '../http/mount.ts';
import type { AnyDescription } from '../http/operation.ts';
import { keysUnavailable, unknownKeys } from '../http/problems.ts';
import { endpointParams } from './endpoint-fields.ts';
import { signingSecrets } from './rotate.ts';

/** Kept for a time that is short beside the overlap of a rotation; pages of any origin may read public keys. */
const HEADERS = { 'cache-control': 'public, max-age=300', 'cross-origin-resource-policy': 'cross-origin' };

export const jwksDescription: AnyDescription = {
  method: 'get',
  path: '/v1/endpoints/{endpoint_id}/jwks.json',
  operationId: 'getEndpointKeys',
  tag: 'endpoints',
  summary: 'Get the public keys of an endpoint as a JSON Web Key Set, for receivers that verify v1a.',
  role: undefined,
  params: endpointParams,
  query: z.object({}),
  body: undefined,
  answers: z.object({
    keys: z.array(
      z.object({
        kty: z.literal('OKP'),
        crv: z.literal('Ed25519'),
        alg: z.literal('EdDSA'),
        use: z.literal('sig'),
        kid: z.string(),
        x: z.string(),
      }),
    ),
  }),
  problems: ['404 not_found', '503 keys_unavailable'],
};

export interface JwksOptions {
  table: Pick<EndpointTable, 'get'>;
  sealing: Pick<Sealing, 'open'>;
  now: () => number;
}

/**
 * The keys that a receiver of scheme v1a verifies with, as a JSON Web Key Set (RFC 7517). Without an API key: they
 * are public, and a receiver should need no key that opens anything else. An endpoint without such keys is not told
 * from one that does not exist.
 */
export function mountJwks(app: Express, { table, sealing, now }: JwksOptions): void {
  app.get('/v1/endpoints/:endpoint_id/jwks.json', (request, response) => {
    response.locals.route = '/v1/endpoints/{endpoint_id}/jwks.json';
    const endpointId = request.params.endpoint_id;
    const endpoint = table.get(endpointId)?.endpoint;
    const found = endpoint ? keysOf(endpoint, sealing, now()) : [];
    if (found === 'unreadable') return send(response, keysUnavailable);
    if (found.length === 0) return send(response, { problem: unknownKeys(endpointId) });
    send(response, { status: 200, headers: HEADERS, body: { keys: found } });
  });
}

function keysOf(
  endpoint: Endpoint,
  sealing: Pick<Sealing, 'open'>,
  nowMs: number,
): PublicJwk[] | 'unreadable' {
  const keys: PublicJwk[] = [];
  for (const { secretId, scheme, sealed } of signingSecrets(endpoint, nowMs)) {
    if (scheme !== 'v1a') continue;
    const opened = sealing.open(sealed, endpoint);
    const parsed = opened.ok && parseSecret(opened.secret);
    if (!parsed || parsed.kind === 'invalid') return 'unreadable';
    keys.push(publicJwk(parsed.key, secretId));
  }
  return keys;
}
