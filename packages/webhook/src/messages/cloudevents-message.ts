import type { EventType } from '@herald/domain/event-type';
import { z } from 'zod';
import { publicationMessages } from './publication-message.ts';

/** What a receiver gets in the format `cloudevents`: CloudEvents 1.0, structured, with the data of `publication`. */
export const cloudEventMessages = Object.fromEntries(
  Object.entries(publicationMessages).map(([type, message]) => [
    type,
    z
      .object({
        specversion: z.literal('1.0'),
        id: z.string().meta({ description: 'The event id: unique with source.' }),
        source: z.string().meta({
          description: 'The channel or the endpoint that the event is about, as a relative URI.',
          examples: ['/projects/prj_spring/channels/ch_ig_bright'],
        }),
        type: message.shape.type,
        subject: z
          .string()
          .meta({ description: 'The publication, or the endpoint that the event is about.' }),
        time: message.shape.timestamp,
        datacontenttype: z.literal('application/json'),
        data: message.shape.data,
      })
      .meta({ description: message.description as string }),
  ]),
) as unknown as Record<EventType, z.ZodType>;
