import { z } from 'zod';
import { type AnyOperation, operation } from '../http/operation.ts';
import { refusedPosition, tooManyStreams } from '../http/problems.ts';
import { tailEvent, tailQuery } from './tail-fields.ts';

export function tailOperation(): AnyOperation {
  return operation({
    method: 'get',
    path: '/v1/tail',
    operationId: 'followTail',
    tag: 'tail',
    summary: 'Follow every disposition as it is made, as server-sent events; goes on behind Last-Event-ID.',
    role: 'read',
    params: z.strictObject({}),
    query: tailQuery,
    body: undefined,
    answers: tailEvent,
    produces: 'text/event-stream',
    statuses: [200],
    requestHeaders: { 'last-event-id': 'optional' },
    problems: ['400 refused_position', '429 too_many_streams'],
    handle({ account, query, header, caller }) {
      const { project_id: projectId, endpoint_id: endpointId, state, event_type: eventType } = query;
      const after = header('last-event-id') ?? query.after;
      const opening = account.tail.open({
        filter: { projectId, endpointId, state, eventType },
        after: after === '' ? undefined : after,
        caller,
      });
      switch (opening.kind) {
        case 'open':
          return { status: 200, stream: opening.stream };
        case 'refused_position':
          return { problem: refusedPosition };
        case 'too_many':
          return tooManyStreams(opening);
      }
    },
  });
}
