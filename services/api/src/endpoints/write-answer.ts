import type { Filter } from '@herald/domain/filter/filter';
import type { WriteResult } from '@herald/registry/endpoint-writer';
import type { Account } from '../account/account.ts';
import type { Answer, ProblemCode } from '../http/operation.ts';
import { configurationUnavailable, notFound, scopeTooNarrow } from '../http/problems.ts';
import { etag } from './if-match.ts';

export const REFUSED_WRITES: readonly ProblemCode[] = [
  '404 not_found',
  '412 revision_conflict',
  '503 configuration_unavailable',
];

/** What a write that was not done is answered with. */
export function refusedWrite(endpointId: string, result: Exclude<WriteResult, { kind: 'written' }>): Answer {
  switch (result.kind) {
    case 'missing':
      return { problem: notFound('endpoint', endpointId) };
    case 'not_admitted':
      return {
        problem: scopeTooNarrow(
          'The endpoint would get events from beyond the projects or channels of the session. Name one of its projects in project_id and, where it is limited to channels, some of them in subscription.channel_ids, without operational event types. GET /v1/me lists them.',
        ),
      };
    case 'conflict':
      return {
        headers: { etag: etag(result.current.revision) },
        problem: {
          status: 412,
          code: 'revision_conflict',
          title: 'The endpoint was changed meanwhile',
          detail: `Its revision is ${result.current.revision}. Get it again, apply the change to that, and send If-Match: ${etag(result.current.revision)}.`,
          current_revision: result.current.revision,
        },
      };
    case 'unavailable':
      return configurationUnavailable(result.detail);
  }
}

/** RFC 6585: an edit that does not say what it edits could undo another's. */
export const revisionRequired: Answer = {
  problem: {
    status: 428,
    code: 'revision_required',
    title: 'The change does not say which revision it is of',
    detail:
      'Send If-Match with the ETag of the endpoint as you have read it, or If-Match: * to change whatever is current.',
    errors: [
      {
        in: 'header',
        field: 'If-Match',
        problem: 'it is missing',
        remedy:
          'Expected: the ETag of the endpoint as you have read it, for example "42" with the quotes, or *.',
      },
    ],
  },
};

/** @param limit of the account, or of the part that the caller is limited to */
export function tooManyEndpoints(limit: number): Answer {
  return {
    problem: {
      status: 409,
      code: 'too_many_endpoints',
      title: 'There are as many endpoints as there may be',
      detail: `There may be at most ${limit} endpoints here. Delete those that are not needed.`,
      max_endpoints: limit,
    },
  };
}

/** Where what is asked for would make the filters of the account search too much. */
export function searchesTooMuch(
  { endpoints }: Pick<Account, 'endpoints'>,
  { subscription }: { subscription?: { filter?: Filter | null | undefined } | undefined },
  endpointId?: string,
): Answer | undefined {
  const filter = subscription?.filter;
  const limit = filter ? endpoints.searchesFullAt(filter, endpointId) : undefined;
  if (limit === undefined) return undefined;
  return {
    problem: {
      status: 409,
      code: 'too_many_text_searches',
      title: 'The filters search texts as often as they may',
      detail: `All filters of the account together may ask ${limit} times whether a text contains something. Ask by eq, in or starts_with, which cost nothing, or take contains out of filters that do not need it.`,
      max_text_searches: limit,
    },
  };
}
