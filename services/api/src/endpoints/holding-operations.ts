import type { Endpoint } from '@herald/domain/endpoint';
import { inState } from '@herald/domain/endpoint-state';
import type { AuditAction } from '@herald/registry/audit/entry';
import { z } from 'zod';
import { type AnyOperation, operation } from '../http/operation.ts';
import { editIfMatch } from './edit.ts';
import * as answers from './endpoint-answers.ts';
import * as fields from './endpoint-fields.ts';
import { REFUSED_WRITES } from './write-answer.ts';

const none = z.strictObject({});
const IF_MATCH = { 'if-match': 'optional' } as const;

/** Holding an endpoint's deliveries, letting them go, and giving up those that are held. */
export function holdingOperations(now: () => number): AnyOperation[] {
  const setState = (verb: string, action: AuditAction, state: Endpoint['state'], summary: string) =>
    operation({
      method: 'post',
      path: `/v1/endpoints/{endpoint_id}/${verb}`,
      operationId: `${verb}Endpoint`,
      tag: 'endpoints',
      summary,
      role: 'write',
      params: fields.endpointParams,
      query: none,
      body: undefined,
      answers: answers.endpointView,
      requestHeaders: IF_MATCH,
      responseHeaders: ['etag'],
      problems: REFUSED_WRITES,
      handle: ({ account, params, header }) =>
        editIfMatch(
          account,
          params.endpoint_id,
          header('if-match'),
          (current) => ({ ...inState(current, state, now()), updatedAtMs: now() }),
          action,
        ),
    });

  const resume = operation({
    method: 'post',
    path: '/v1/endpoints/{endpoint_id}/resume',
    operationId: 'resumeEndpoint',
    tag: 'endpoints',
    summary: 'Resume an endpoint. What was held is delivered, but for what its owner does not want any more.',
    role: 'write',
    params: fields.endpointParams,
    query: fields.resumeQuery,
    body: undefined,
    answers: answers.endpointView,
    requestHeaders: IF_MATCH,
    responseHeaders: ['etag'],
    problems: REFUSED_WRITES,
    handle: ({ account, params, query, header }) =>
      editIfMatch(
        account,
        params.endpoint_id,
        header('if-match'),
        (current) => inState(skipping(current, query.skip_older_than, now()), 'active', now()),
        'endpoint.resumed',
      ),
  });

  const purge = operation({
    method: 'delete',
    path: '/v1/endpoints/{endpoint_id}/held',
    operationId: 'cancelHeldDeliveries',
    tag: 'endpoints',
    summary:
      'Cancel everything that is held for an endpoint now. Like any change, it ends a hold that its owner did not set.',
    role: 'write',
    params: fields.endpointParams,
    query: none,
    body: undefined,
    answers: answers.endpointView,
    requestHeaders: IF_MATCH,
    responseHeaders: ['etag'],
    problems: REFUSED_WRITES,
    handle: ({ account, params, header }) =>
      editIfMatch(
        account,
        params.endpoint_id,
        header('if-match'),
        (current) => skipping(current, 0, now()),
        'held.cancelled',
      ),
  });

  return [
    setState('pause', 'endpoint.paused', 'paused', 'Pause an endpoint: its deliveries are held.'),
    resume,
    setState(
      'enable',
      'endpoint.enabled',
      'active',
      'Enable an endpoint that was disabled or is held by the dispatcher.',
    ),
    purge,
  ];
}

/** What is given up stays given up, whatever a later request says. */
function skipping(endpoint: Endpoint, olderThanSeconds: number | undefined, nowMs: number): Endpoint {
  const updated = { ...endpoint, updatedAtMs: nowMs };
  if (olderThanSeconds === undefined) return updated;
  const beforeMs = Math.max(endpoint.heldSkipBeforeMs ?? 0, nowMs - olderThanSeconds * 1_000);
  return { ...updated, heldSkipBeforeMs: beforeMs };
}
