import { randomUUIDv7 } from 'node:crypto';
import type { Endpoint } from '@herald/domain/endpoint';
import type { Sealing } from '@herald/registry/sealing';
import { z } from 'zod';
import { type Answer, type AnyOperation, operation } from '../http/operation.ts';
import { notFound } from '../http/problems.ts';
import * as answers from './endpoint-answers.ts';
import * as fields from './endpoint-fields.ts';
import { viewWebhook } from './endpoint-view.ts';
import { etag } from './if-match.ts';
import { newSecret } from './new-secret.ts';
import { MAX_SIGNING_SECRETS, rotateSecret, signingSecrets } from './rotate.ts';
import { REFUSED_WRITES, refusedWrite } from './write-answer.ts';

export function rotationOperation({ sealing, now }: { sealing: Sealing; now: () => number }): AnyOperation {
  return operation({
    method: 'post',
    path: '/v1/endpoints/{endpoint_id}/rotate-secret',
    operationId: 'rotateEndpointSecret',
    tag: 'endpoints',
    summary: 'Give an endpoint a new signing secret. The answer shows it, this once; those before overlap.',
    role: 'write',
    params: fields.endpointParams,
    query: z.strictObject({}),
    body: fields.rotation,
    answers: answers.createdWebhookView,
    responseHeaders: ['etag'],
    problems: ['409 not_signed', '409 too_many_secrets', ...REFUSED_WRITES],
    async handle({ account, params, body }) {
      const nowMs = now();
      const known = account.endpoints.get(params.endpoint_id);
      if (!known) return { problem: notFound('endpoint', params.endpoint_id) };
      if (known.endpoint.kind !== 'webhook') return notSigned(known.endpoint.kind);
      const overlapMs = body.overlap_seconds * 1_000;
      const signing = signingSecrets(known.endpoint, nowMs);
      if (overlapMs > 0 && signing.length >= MAX_SIGNING_SECRETS) return tooManySecrets(signing.length);
      const scheme = body.signing_scheme ?? known.endpoint.secrets[0]?.scheme ?? 'v1';
      const secret = newSecret({ text: body.secret, scheme }, known.endpoint, {
        sealing,
        secretId: `sec_${randomUUIDv7()}`,
        nowMs,
      });
      let endpoint: Endpoint = known.endpoint;
      const rotate = (current: Endpoint): Endpoint => {
        endpoint = rotateSecret(current, secret.sealed, { overlapMs, nowMs });
        return endpoint;
      };
      const result = await account.endpoints.update(endpoint.id, undefined, rotate, 'secret.rotated');
      if (result.kind !== 'written') return refusedWrite(endpoint.id, result);
      const { revision } = result;
      return {
        status: 200,
        headers: { etag: etag(revision), 'cache-control': 'no-store' },
        body: {
          ...viewWebhook({ endpoint, revision }, account.endpoints.status(endpoint.id)),
          secret: secret.text,
          public_key: secret.publicKey,
        },
      };
    },
  });
}

function notSigned(kind: Endpoint['kind']): Answer {
  return {
    problem: {
      status: 409,
      code: 'not_signed',
      title: 'Messages of this endpoint are not signed',
      detail: `It is of kind ${kind}, which has no signing secret. To change its bot token or URL, PATCH the endpoint.`,
    },
  };
}

function tooManySecrets(count: number): Answer {
  return {
    problem: {
      status: 409,
      code: 'too_many_secrets',
      title: 'Too many secrets sign already',
      detail: `${count} secrets of the endpoint sign. Wait until one of them expires, or rotate with overlap_seconds 0, which ends all others at once.`,
      max_secrets: MAX_SIGNING_SECRETS,
    },
  };
}
