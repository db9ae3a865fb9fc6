import { z } from 'zod';
import { type AnyOperation, operation } from '../http/operation.ts';
import { notFound, refusedCursor } from '../http/problems.ts';
import type { ReadHistory } from '../http/read-history.ts';
import * as fields from './delivery-fields.ts';
import { viewDelivery, viewDeliveryDetail } from './delivery-view.ts';

const none = z.strictObject({});

export function deliveryOperations(readHistory: ReadHistory): AnyOperation[] {
  const list = operation({
    method: 'get',
    path: '/v1/deliveries',
    operationId: 'listDeliveries',
    tag: 'deliveries',
    summary: 'List deliveries as they stand, by the time of their event, newest first.',
    role: 'read',
    params: none,
    query: fields.deliveryQuery,
    body: undefined,
    answers: fields.deliveryPage,
    problems: ['400 refused_cursor', '503 history_unavailable'],
    handle: ({ account, query }) =>
      readHistory(
        () =>
          account.deliveries.list({
            limit: query.limit,
            cursor: query.cursor,
            ...fields.narrowedBy(query),
            text: query.search,
            fromMs: query.from,
            toMs: query.to,
          }),
        (page) =>
          page.kind === 'refused_cursor'
            ? { problem: refusedCursor(page.reason) }
            : {
                status: 200,
                body: { items: page.items.map(viewDelivery), next_cursor: page.nextCursor ?? null },
              },
      ),
  });

  const get = operation({
    method: 'get',
    path: '/v1/deliveries/{delivery_id}',
    operationId: 'getDelivery',
    tag: 'deliveries',
    summary: 'Get a delivery with every attempt, its request and its response.',
    role: 'read',
    params: fields.deliveryParams,
    query: none,
    body: undefined,
    answers: fields.deliveryDetailView,
    problems: ['404 not_found', '503 history_unavailable'],
    handle: ({ account, params }) =>
      readHistory(
        () => account.deliveries.get(params.delivery_id),
        (delivery) =>
          delivery
            ? { status: 200, body: viewDeliveryDetail(delivery) }
            : { problem: notFound('delivery', params.delivery_id) },
      ),
  });

  return [list, get];
}
