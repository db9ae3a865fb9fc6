import { z } from 'zod';
import { type AnyOperation, operation } from '../http/operation.ts';
import type { ReadHistory } from '../http/read-history.ts';

const none = z.strictObject({});
const count = z.number();

const ledgerView = z.object({
  accepted: count,
  routed: count,
  unmatched: count,
  unrouted: count,
  deliveries: count,
  pending: count,
  waiting: count,
  held: count,
  cancelled: count,
  dead: count,
  delivered: count,
});

export function accountOperations(readHistory: ReadHistory): AnyOperation[] {
  const ledger = operation({
    method: 'get',
    path: '/v1/ledger',
    summary: 'What was accepted for the account, and in which state each of its deliveries is.',
    role: 'read',
    params: none,
    query: none,
    body: undefined,
    answers: ledgerView,
    handle: ({ account }) =>
      readHistory(
        () => account.ledger(),
        // Poison belongs to no account.
        ({ poison: _, ...figures }) => ({ status: 200, body: figures satisfies z.output<typeof ledgerView> }),
      ),
  });
  return [ledger];
}
