import type { Problem } from '@herald/service-kit/problem';
import { z } from 'zod';
import { isoTime } from '../http/fields.ts';
import { invalidRequest } from '../http/invalid.ts';
import { type AnyOperation, operation } from '../http/operation.ts';
import type { ReadHistory } from '../http/read-history.ts';
import { decideRange } from '../stats/range.ts';
import { facetQuery, facetView, narrowedBy } from './delivery-fields.ts';

export interface FacetOperationOptions {
  readHistory: ReadHistory;
  now: () => number;
}

/** Its path has to come before that of a single delivery. */
export function facetOperation({ readHistory, now }: FacetOperationOptions): AnyOperation {
  return operation({
    method: 'get',
    path: '/v1/deliveries/facets',
    operationId: 'countDeliveries',
    tag: 'deliveries',
    summary: 'Count deliveries by state, type, status, outcome and endpoint, over at most 31 days.',
    role: 'read',
    params: z.strictObject({}),
    query: facetQuery,
    body: undefined,
    answers: facetView,
    problems: ['422 too_many_rows', '503 history_unavailable'],
    handle: ({ account, query }) => {
      const range = decideRange(query, now());
      if (!range.ok) return { problem: invalidRequest(range.mistakes) };
      const { fromMs, toMs } = range.value;
      return readHistory(
        () => account.deliveries.facets({ ...narrowedBy(query), fromMs, toMs }),
        (found) =>
          found.kind === 'too_many_rows'
            ? { problem: tooManyRows }
            : {
                status: 200,
                body: {
                  from: isoTime(fromMs),
                  to: isoTime(toMs),
                  deliveries: found.deliveries,
                  state: found.states,
                  event_type: found.eventTypes,
                  status: found.statuses,
                  outcome: found.outcomes,
                  endpoint_id: found.endpoints,
                },
              },
      );
    },
  });
}

const tooManyRows: Problem = {
  status: 422,
  code: 'too_many_rows',
  title: 'Count unavailable, narrow the range',
  detail: 'The range has more deliveries than are counted at once. Ask for a shorter one.',
};
