import { z } from 'zod';
import { type AnyOperation, operation } from '../http/operation.ts';
import { refusedCursor } from '../http/problems.ts';
import type { ReadHistory } from '../http/read-history.ts';
import { endpointLedgerPage, endpointLedgerQuery, ledgerView } from './ledger-fields.ts';
import { viewEndpointLedger, viewLedger } from './ledger-view.ts';

const none = z.strictObject({});

export function ledgerOperations(readHistory: ReadHistory): AnyOperation[] {
  const total = operation({
    method: 'get',
    path: '/v1/ledger',
    operationId: 'getLedger',
    tag: 'ledger',
    summary: 'What was accepted for the account, in which state each delivery is, and what does not add up.',
    role: 'read',
    wholeAccount: true,
    params: none,
    query: none,
    body: undefined,
    answers: ledgerView,
    problems: ['503 history_unavailable'],
    handle: ({ account }) =>
      readHistory(
        () => account.ledger.read(),
        (ledger) => ({ status: 200, body: viewLedger(ledger) }),
      ),
  });

  const byEndpoint = operation({
    method: 'get',
    path: '/v1/ledger/endpoints',
    operationId: 'listEndpointLedgers',
    tag: 'ledger',
    summary: 'The deliveries of each endpoint by their states, by the id of the endpoint.',
    role: 'read',
    wholeAccount: true,
    params: none,
    query: endpointLedgerQuery,
    body: undefined,
    answers: endpointLedgerPage,
    problems: ['400 refused_cursor', '503 history_unavailable'],
    handle: ({ account, query }) =>
      readHistory(
        () => account.ledger.endpoints(query),
        (page) =>
          page.kind === 'refused_cursor'
            ? { problem: refusedCursor(page.reason) }
            : {
                status: 200,
                body: { items: page.items.map(viewEndpointLedger), next_cursor: page.nextCursor ?? null },
              },
      ),
  });

  return [total, byEndpoint];
}
