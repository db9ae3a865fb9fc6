import { z } from 'zod';
import { viewDelivery } from '../deliveries/delivery-view.ts';
import { type AnyOperation, operation } from '../http/operation.ts';
import { notFound, refusedCursor } from '../http/problems.ts';
import type { ReadHistory } from '../http/read-history.ts';
import * as fields from './event-fields.ts';
import { viewEvent, viewEventDetail } from './event-view.ts';

const none = z.strictObject({});

export function eventOperations(readHistory: ReadHistory): AnyOperation[] {
  const list = operation({
    method: 'get',
    path: '/v1/events',
    operationId: 'listEvents',
    tag: 'events',
    summary: 'List events by their time, newest first.',
    role: 'read',
    params: none,
    query: fields.eventQuery,
    body: undefined,
    answers: fields.eventPage,
    problems: ['400 refused_cursor', '503 history_unavailable'],
    handle: ({ account, query }) =>
      readHistory(
        () =>
          account.events.list({
            limit: query.limit,
            cursor: query.cursor,
            projectId: query.project_id,
            channelId: query.channel_id,
            eventType: query.event_type,
            publicationId: query.publication_id,
            includeDeliveries: query.include === 'deliveries',
            fromMs: query.from,
            toMs: query.to,
          }),
        (page) =>
          page.kind === 'refused_cursor'
            ? { problem: refusedCursor(page.reason) }
            : {
                status: 200,
                body: {
                  items: page.items.map((event) => ({
                    ...viewEvent(event),
                    ...(query.include && { deliveries: event.deliveries.map(viewDelivery) }),
                  })),
                  next_cursor: page.nextCursor ?? null,
                },
              },
      ),
  });

  const get = operation({
    method: 'get',
    path: '/v1/events/{event_id}',
    operationId: 'getEvent',
    tag: 'events',
    summary: 'Get an event as it was produced, how it was routed and what became of its deliveries.',
    role: 'read',
    params: fields.eventParams,
    query: none,
    body: undefined,
    answers: fields.eventDetailView,
    problems: ['404 not_found', '503 history_unavailable'],
    handle: ({ account, params }) =>
      readHistory(
        () => account.events.get(params.event_id),
        (event) =>
          event
            ? { status: 200, body: viewEventDetail(event) }
            : { problem: notFound('event', params.event_id) },
      ),
  });

  return [list, get];
}
