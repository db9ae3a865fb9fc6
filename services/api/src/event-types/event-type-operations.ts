import { EVENT_TYPES } from '@herald/domain/event-type';
import { z } from 'zod';
import { type AnyOperation, operation } from '../http/operation.ts';
import { viewEventType } from './event-type-view.ts';

const none = z.strictObject({});

const eventType = z
  .enum(EVENT_TYPES, { error: 'it is no type of event' })
  .meta({ description: `one of ${EVENT_TYPES.join(', ')}`, examples: ['publication.published'] });

const eventTypeView = z
  .object({
    type: z.enum(EVENT_TYPES),
    description: z.string(),
    messages: z
      .array(
        z.object({
          format: z.enum(['publication', 'cloudevents', 'upload-post']),
          content_type: z.string(),
          schema: z
            .record(z.string(), z.unknown())
            .meta({ description: 'JSON Schema, draft 2020-12, of the body' }),
          example: z.record(z.string(), z.unknown()),
        }),
      )
      .meta({ description: 'in each format that can say it' }),
  })
  .meta({ id: 'EventType' });

export function eventTypeOperations(): AnyOperation[] {
  const list = operation({
    method: 'get',
    path: '/v1/event-types',
    operationId: 'listEventTypes',
    tag: 'event-types',
    summary: 'List the types of events, with JSON Schema and an example of what is sent in each format.',
    role: 'read',
    params: none,
    query: none,
    body: undefined,
    answers: z.object({ items: z.array(eventTypeView) }),
    problems: [],
    handle: () => ({ status: 200, body: { items: EVENT_TYPES.map(viewEventType) } }),
  });

  const get = operation({
    method: 'get',
    path: '/v1/event-types/{event_type}',
    operationId: 'getEventType',
    tag: 'event-types',
    summary: 'Get one type of event, with JSON Schema and an example of what is sent in each format.',
    role: 'read',
    params: z.strictObject({ event_type: eventType }),
    query: none,
    body: undefined,
    answers: eventTypeView,
    problems: [],
    handle: ({ params }) => ({ status: 200, body: viewEventType(params.event_type) }),
  });

  return [list, get];
}
