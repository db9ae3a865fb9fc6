import type { PayloadFormat } from '@herald/domain/endpoint';
import type { EventType } from '@herald/domain/event-type';
import type { z } from 'zod';
import { cloudEventMessages } from './cloudevents-message.ts';
import { publicationMessages } from './publication-message.ts';
import { uploadPostMessage } from './upload-post-message.ts';

/** The schema of the body that an endpoint of a format gets for an event type; undefined where the format has none. */
export function messageSchema(format: PayloadFormat, eventType: EventType): z.ZodType | undefined {
  switch (format) {
    case 'publication':
      return publicationMessages[eventType];
    case 'cloudevents':
      return cloudEventMessages[eventType];
    case 'upload-post':
      return eventType === 'publication.published' || eventType === 'publication.failed'
        ? uploadPostMessage
        : undefined;
  }
}
