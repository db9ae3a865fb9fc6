import type { Endpoint, PayloadFormat } from '@herald/domain/endpoint';
import type { EventType } from '@herald/domain/event-type';
import { messageSchema } from '@herald/webhook/messages/messages';
import { publicationMessages } from '@herald/webhook/messages/publication-message';
import { render } from '@herald/webhook/render';
import { z } from 'zod';
import { sampleEvent } from '../endpoint-test/sample-event.ts';

const FORMATS: readonly PayloadFormat[] = ['publication', 'cloudevents', 'upload-post'];

/** Whom the examples are sent to. */
const READER: Pick<Endpoint, 'id' | 'accountId' | 'projectId' | 'name' | 'url' | 'subscription'> = {
  id: 'ep_01890a5d-ac96-774b-bcce-b302099a8057',
  accountId: 'acc_bright',
  projectId: 'prj_spring',
  name: 'CRM',
  url: 'https://example.com/hooks',
  subscription: { channelIds: new Set(['ch_ig_bright']), eventTypes: new Set() },
};
const EVENT_ID = '01890a5d-ac96-774b-bcce-b302099a8057';
const OCCURRED_AT_MS = Date.parse('2026-03-15T14:30:00Z');

/** An event type as integrators read of it: what is sent in each format that can say it, with an example. */
export function viewEventType(eventType: EventType) {
  const event = sampleEvent(READER, eventType, { eventId: EVENT_ID, nowMs: OCCURRED_AT_MS });
  return {
    type: eventType,
    description: publicationMessages[eventType].description ?? '',
    messages: FORMATS.flatMap((format) => {
      const schema = messageSchema(format, eventType);
      const rendered = render(event, format);
      if (!schema || rendered.kind !== 'rendered') return [];
      return [
        {
          format,
          content_type: rendered.contentType,
          // As what may be sent: fields that a newer Herald adds are no mistake.
          schema: z.toJSONSchema(schema, { io: 'input' }) as Record<string, unknown>,
          example: JSON.parse(rendered.body.toString()) as Record<string, unknown>,
        },
      ];
    }),
  };
}
