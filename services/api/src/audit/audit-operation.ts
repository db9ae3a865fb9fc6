import { z } from 'zod';
import { type AnyOperation, operation } from '../http/operation.ts';
import { refusedCursor } from '../http/problems.ts';
import type { ReadHistory } from '../http/read-history.ts';
import { auditPage, auditQuery, viewChange } from './audit-fields.ts';

export function auditOperation(readHistory: ReadHistory): AnyOperation {
  return operation({
    method: 'get',
    path: '/v1/audit',
    operationId: 'listAudit',
    tag: 'audit',
    summary:
      'List what was asked to be changed in the account, newest first: by whom, what, with the subject before and after it. A change is listed within seconds.',
    role: 'admin',
    wholeAccount: true,
    params: z.strictObject({}),
    query: auditQuery,
    body: undefined,
    answers: auditPage,
    problems: ['400 refused_cursor', '503 history_unavailable'],
    handle: ({ account, query }) =>
      readHistory(
        () =>
          account.audit.list({
            limit: query.limit,
            cursor: query.cursor,
            actorKind: query.actor_kind,
            actorId: query.actor_id,
            action: query.action,
            subjectKind: query.subject_kind,
            subjectId: query.subject_id,
            fromMs: query.from,
            toMs: query.to,
          }),
        (page) =>
          page.kind === 'refused_cursor'
            ? { problem: refusedCursor(page.reason) }
            : {
                status: 200,
                body: { items: page.items.map(viewChange), next_cursor: page.nextCursor ?? null },
              },
      ),
  });
}
