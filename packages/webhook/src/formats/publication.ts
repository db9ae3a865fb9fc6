import { eventTypeOf } from '@herald/contracts/event-type';
import type { MediaType, PublicationEvent } from '@herald/contracts/generated/publication-event';
import { notRepresentable, type Rendered, renderedJson } from '../rendered.ts';
import { noticeData } from './endpoint-notice.ts';

/**
 * Standard Webhooks' `{type, timestamp, data}`. Every field is always there, null where there is nothing to say, so
 * that a receiver needs one shape for all three types.
 */
export function renderPublication(event: PublicationEvent): Rendered {
  const type = eventTypeOf(event.event_type);
  if (!type) return notRepresentable(`event type ${event.event_type} is not known to this version`);
  return renderedJson({
    type,
    timestamp: new Date(event.occurred_at).toISOString(),
    data: messageData(event),
  });
}

/** What a message says: about an endpoint where the event is about one, else about a publication. */
export function messageData(event: PublicationEvent) {
  return event.endpoint ? noticeData(event, event.endpoint) : publicationData(event);
}

/** What a message says about a publication. The account and its user are the platform's and stay out. */
function publicationData(event: PublicationEvent) {
  const { channel, content, result } = event;
  return {
    event_id: event.event_id,
    publication_id: event.publication_id,
    project_id: event.project_id,
    channel: { id: channel.id, type: channel.type, name: channel.name },
    content: {
      media_type: mediaTypeName(content.media_type),
      title: content.title,
      caption: content.caption,
      media_urls: content.media_urls,
    },
    status_code: event.status_code,
    error_message: event.error_message,
    result: result && { url: result.url, publish_id: result.publish_id, post_id: result.post_id },
    metadata: event.metadata,
  };
}

/** `video`, `photo`, `text`, or `unknown` for a kind that a newer producer knows. */
export function mediaTypeName(symbol: MediaType): string {
  return symbol.toLowerCase();
}
