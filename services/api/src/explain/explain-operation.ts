import { eventParams } from '../events/event-fields.ts';
import { type AnyOperation, operation } from '../http/operation.ts';
import { notFound } from '../http/problems.ts';
import type { ReadHistory } from '../http/read-history.ts';
import { explainQuery, explainView } from './explain-fields.ts';
import { viewExplanation } from './explain-view.ts';
import { gather } from './gather.ts';

export function explainOperation(readHistory: ReadHistory): AnyOperation {
  return operation({
    method: 'get',
    path: '/v1/events/{event_id}/explain',
    operationId: 'explainEvent',
    tag: 'events',
    summary:
      'Why an event did, or did not, reach an endpoint: how far it got, by what it was matched, what happens next.',
    role: 'read',
    params: eventParams,
    query: explainQuery,
    body: undefined,
    answers: explainView,
    problems: ['404 not_found', '503 history_unavailable'],
    handle: ({ account, params, query: { endpoint_id: endpointId } }) =>
      readHistory(
        async () => {
          const found = await account.events.evidence(params.event_id, endpointId);
          return { found, gathered: await gather(account, params.event_id, endpointId, found) };
        },
        ({ found, gathered }) =>
          gathered
            ? { status: 200, body: viewExplanation(gathered, found, endpointId !== undefined) }
            : { problem: notFound('endpoint', endpointId ?? '') },
      ),
  });
}
