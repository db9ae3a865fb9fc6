import type { EventType } from '@herald/domain/event-type';
import { z } from 'zod';
import { publicationMessages } from './publication-message.ts';

/** CloudEvents 1.0, structured, with the data of a message of the format `publication`. */
function cloudEvent<T extends EventType>(type: T) {
  const { shape, description = '' } = publicationMessages[type];
  return z
    .object({
      specversion: z.literal('1.0'),
      id: z.string().meta({ description: 'The event id: unique with source.' }),
      source: z.string().meta({
        description: 'The channel or the endpoint that the event is about, as a relative URI.',
        examples: ['/projects/prj_spring/channels/ch_ig_bright'],
      }),
      type: z.literal(type).meta({ description: 'What happened.' }),
      subject: z.string().meta({ description: 'The publication, or the endpoint that the event is about.' }),
      time: shape.timestamp,
      datacontenttype: z.literal('application/json'),
      data: shape.data as (typeof publicationMessages)[T]['shape']['data'],
    })
    .meta({ description });
}

export const cloudEventMessages = {
  'publication.published': cloudEvent('publication.published'),
  'publication.failed': cloudEvent('publication.failed'),
  'publication.deleted': cloudEvent('publication.deleted'),
  'endpoint.failing': cloudEvent('endpoint.failing'),
  'endpoint.disabled': cloudEvent('endpoint.disabled'),
} satisfies Record<EventType, z.ZodType>;
