import type { DeadLetterFilter } from '@herald/clickhouse/read/dead-letters';
import { z } from 'zod';
import { type AnyOperation, operation } from '../http/operation.ts';
import { refusedCursor } from '../http/problems.ts';
import type { ReadHistory } from '../http/read-history.ts';
import * as fields from './dead-letter-fields.ts';
import { viewDeadLetter, viewGroup } from './dead-letter-view.ts';

const none = z.strictObject({});

/** Looking at what was given up. */
export function deadLetterOperations(readHistory: ReadHistory, now: () => number): AnyOperation[] {
  const list = operation({
    method: 'get',
    path: '/v1/dead-letters',
    operationId: 'listDeadLetters',
    tag: 'dead-letters',
    summary: 'List deliveries that were given up, newest event first, each with what was sent of it since.',
    role: 'read',
    params: none,
    query: fields.deadLetterQuery,
    body: undefined,
    answers: fields.deadLetterPage,
    problems: ['400 refused_cursor', '503 history_unavailable'],
    handle: ({ account, query }) =>
      readHistory(
        () => account.deadLetters.list({ ...filterOf(query), limit: query.limit, cursor: query.cursor }),
        (page) =>
          page.kind === 'refused_cursor'
            ? { problem: refusedCursor(page.reason) }
            : {
                status: 200,
                body: { items: page.items.map(viewDeadLetter), next_cursor: page.nextCursor ?? null },
              },
      ),
  });

  const groups = operation({
    method: 'get',
    path: '/v1/dead-letters/groups',
    operationId: 'groupDeadLetters',
    tag: 'dead-letters',
    summary: 'Count dead letters by endpoint, reason and HTTP status, the most first.',
    role: 'read',
    params: none,
    query: fields.deadLetterGroupQuery,
    body: undefined,
    answers: fields.deadLetterGroups,
    problems: ['503 history_unavailable'],
    handle: ({ account, query }) =>
      readHistory(
        () => account.deadLetters.groups(filterOf(query)),
        (found) => ({ status: 200, body: { items: found.map((group) => viewGroup(group, now())) } }),
      ),
  });

  return [list, groups];
}

function filterOf(query: z.output<typeof fields.deadLetterGroupQuery>): DeadLetterFilter {
  return {
    projectId: query.project_id,
    channelId: query.channel_id,
    endpointId: query.endpoint_id,
    eventType: query.event_type,
    reason: query.reason,
    status: query.status,
    fromMs: query.from,
    toMs: query.to,
  };
}
