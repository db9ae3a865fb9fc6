import { z } from 'zod';
import { type Answer, type AnyOperation, operation } from '../http/operation.ts';
import { checkBody, checkView } from './check-fields.ts';
import type { CheckUnsaved, UnsavedChecked } from './check-unsaved.ts';
import { viewChecked } from './check-view.ts';

export function checkOperation(check: CheckUnsaved): AnyOperation {
  return operation({
    method: 'post',
    path: '/v1/endpoints:check',
    operationId: 'checkEndpointUrl',
    tag: 'endpoints',
    summary:
      'Look whether a URL could be sent to, without saving it: its form, its name, its addresses, the connection and TLS. No request is made.',
    role: 'write',
    params: z.strictObject({}),
    query: z.strictObject({}),
    body: checkBody,
    answers: checkView,
    problems: ['429 too_many_checks'],
    async handle({ account, body }) {
      const checked = await check(account.id, body.url);
      if (checked.kind === 'too_many') return tooManyChecks(checked);
      return { status: 200, body: viewChecked(checked.checked) };
    },
  });
}

function tooManyChecks({ checks, of }: Extract<UnsavedChecked, { kind: 'too_many' }>): Answer {
  return {
    headers: { 'retry-after': '2' },
    problem: {
      status: 429,
      code: 'too_many_checks',
      title: 'There are too many checks at once',
      detail: `${of === 'the account' ? 'The account' : 'This process'} has ${checks} under way or waiting, which is as many as it may. Wait for one to end: none takes longer than some seconds.`,
    },
  };
}
