import { randomUUIDv7 } from 'node:crypto';
import type { Sealing } from '@herald/registry/sealing';
import { z } from 'zod';
import { invalidRequest } from '../http/invalid.ts';
import { type AnyOperation, operation } from '../http/operation.ts';
import { notFound, refusedCursor } from '../http/problems.ts';
import { type DestinationRules, destinationMistake, foreignFields } from './asked-destination.ts';
import { applyPatch, endpointOf } from './change.ts';
import { edit, shown, view } from './edit.ts';
import * as answers from './endpoint-answers.ts';
import * as fields from './endpoint-fields.ts';
import { cutPage } from './endpoint-page.ts';
import { viewEndpoint, viewWebhook } from './endpoint-view.ts';
import { valuesMissing } from './header-values.ts';
import { holdingOperations } from './holding-operations.ts';
import { etag, malformedIfMatch, parseIfMatch } from './if-match.ts';
import { newSecret } from './new-secret.ts';
import { rotationOperation } from './rotation-operation.ts';
import {
  REFUSED_WRITES,
  refusedWrite,
  revisionRequired,
  searchesTooMuch,
  tooManyEndpoints,
} from './write-answer.ts';

export interface EndpointOperationsOptions extends DestinationRules {
  sealing: Sealing;
  now: () => number;
}

const none = z.strictObject({});

export function endpointOperations(options: EndpointOperationsOptions): AnyOperation[] {
  const { sealing, now } = options;

  const create = operation({
    method: 'post',
    path: '/v1/endpoints',
    operationId: 'createEndpoint',
    tag: 'endpoints',
    summary: 'Create an endpoint. The answer shows the signing secret of a webhook, this once.',
    role: 'write',
    params: none,
    query: none,
    body: fields.newEndpoint,
    answers: answers.createdEndpointView,
    statuses: [201],
    responseHeaders: ['etag', 'location'],
    problems: ['409 too_many_endpoints', '409 too_many_text_searches', '503 configuration_unavailable'],
    async handle({ account, body }) {
      const fullAt = account.endpoints.fullAt();
      if (fullAt !== undefined) return tooManyEndpoints(fullAt);
      const tooMany = searchesTooMuch(account, body);
      if (tooMany) return tooMany;
      const missing = body.kind === 'webhook' ? valuesMissing({}, body.headers) : [];
      if (missing.length > 0) return { problem: invalidRequest(missing) };
      const mistake = await destinationMistake(body, options);
      if (mistake) return { problem: invalidRequest([mistake]) };
      const nowMs = now();
      const owner = { id: `ep_${randomUUIDv7()}`, accountId: account.id };
      const secret =
        body.kind === 'webhook'
          ? newSecret({ text: body.secret, scheme: body.signing_scheme ?? 'v1' }, owner, {
              sealing,
              secretId: `sec_${randomUUIDv7()}`,
              nowMs,
            })
          : undefined;
      const seal = (credential: string) => sealing.seal(credential, owner);
      const endpoint = endpointOf(body, { ...owner, secret: secret?.sealed, seal, nowMs });
      const result = await account.endpoints.create(endpoint);
      if (result.kind !== 'written') return refusedWrite(endpoint.id, result);
      const created = { endpoint, revision: result.revision };
      return {
        status: 201,
        headers: { location: `/v1/endpoints/${endpoint.id}`, etag: etag(result.revision) },
        body: secret
          ? { ...viewWebhook(created, undefined), secret: secret.text, public_key: secret.publicKey }
          : viewEndpoint(created, undefined),
      };
    },
  });

  const list = operation({
    method: 'get',
    path: '/v1/endpoints',
    operationId: 'listEndpoints',
    tag: 'endpoints',
    summary: 'List endpoints, newest first.',
    role: 'read',
    params: none,
    query: fields.endpointQuery,
    body: undefined,
    answers: answers.endpointPage,
    problems: ['400 refused_cursor'],
    handle({ account, query }) {
      const page = cutPage(account.endpoints.list(query.project_id), query.limit, query.cursor);
      if (page.kind === 'refused_cursor') return { problem: refusedCursor(page.reason) };
      return {
        status: 200,
        body: {
          items: page.items.map((item) => view(account, item)),
          next_cursor: page.nextCursor ?? null,
        },
      };
    },
  });

  const get = operation({
    method: 'get',
    path: '/v1/endpoints/{endpoint_id}',
    operationId: 'getEndpoint',
    tag: 'endpoints',
    summary: 'Get an endpoint. Its ETag is what a change has to name.',
    role: 'read',
    params: fields.endpointParams,
    query: none,
    body: undefined,
    answers: answers.endpointView,
    responseHeaders: ['etag'],
    problems: ['404 not_found'],
    handle({ account, params }) {
      const found = account.endpoints.get(params.endpoint_id);
      return found ? shown(account, found) : { problem: notFound('endpoint', params.endpoint_id) };
    },
  });

  const update = operation({
    method: 'patch',
    path: '/v1/endpoints/{endpoint_id}',
    operationId: 'updateEndpoint',
    tag: 'endpoints',
    summary: 'Change an endpoint; If-Match names the revision that the change is of.',
    role: 'write',
    params: fields.endpointParams,
    query: none,
    body: fields.endpointPatch,
    answers: answers.endpointView,
    requestHeaders: { 'if-match': 'required' },
    responseHeaders: ['etag'],
    problems: ['428 revision_required', '409 too_many_text_searches', ...REFUSED_WRITES],
    async handle({ account, params, body, header }) {
      const ifMatch = parseIfMatch(header('if-match'));
      if (ifMatch.kind === 'absent') return revisionRequired;
      if (ifMatch.kind === 'malformed') return malformedIfMatch(header('if-match'));
      const known = account.endpoints.get(params.endpoint_id)?.endpoint;
      if (!known) return { problem: notFound('endpoint', params.endpoint_id) };
      const tooMany = searchesTooMuch(account, body, known.id);
      if (tooMany) return tooMany;
      const foreign = foreignFields(known.kind, body);
      const mistakes = [...foreign, ...valuesMissing(known.headers, body.headers)];
      if (mistakes.length > 0) return { problem: invalidRequest(mistakes) };
      const mistake = await destinationMistake({ kind: known.kind, ...body }, options);
      if (mistake) return { problem: invalidRequest([mistake]) };
      const seal = (credential: string) => sealing.seal(credential, known);
      return edit(account, params.endpoint_id, ifMatch.revision, (current) =>
        applyPatch(current, body, { seal, nowMs: now() }),
      );
    },
  });

  const remove = operation({
    method: 'delete',
    path: '/v1/endpoints/{endpoint_id}',
    operationId: 'deleteEndpoint',
    tag: 'endpoints',
    summary: 'Delete an endpoint. Its waiting deliveries become dead letters.',
    role: 'write',
    params: fields.endpointParams,
    query: none,
    body: undefined,
    answers: undefined,
    requestHeaders: { 'if-match': 'optional' },
    problems: REFUSED_WRITES,
    async handle({ account, params, header }) {
      const ifMatch = parseIfMatch(header('if-match'));
      if (ifMatch.kind === 'malformed') return malformedIfMatch(header('if-match'));
      const revision = ifMatch.kind === 'revision' ? ifMatch.revision : undefined;
      const result = await account.endpoints.delete(params.endpoint_id, revision);
      return result.kind === 'written' ? { status: 204 } : refusedWrite(params.endpoint_id, result);
    },
  });

  return [create, list, get, update, remove, rotationOperation({ sealing, now }), ...holdingOperations(now)];
}
