import { METADATA_PREFIX } from '@herald/domain/filter/fields';
import type { FieldValue } from '@herald/domain/filter/filter';
import { isoTimeOf } from '@herald/domain/filter/normal-time';
import { eventTypeOf } from './event-type.ts';
import type { PublicationEvent } from './generated/publication-event.ts';

/**
 * What the `publication` message of an event says under a field's path, without rendering it. Undefined where it says
 * nothing there, and for a path that is none of the fields of a filter.
 */
export function eventField(event: PublicationEvent, path: string): FieldValue | undefined {
  const { channel, content, result } = event;
  switch (path) {
    case 'type':
      return eventTypeOf(event.event_type);
    case 'timestamp':
      return isoTimeOf(event.occurred_at);
    case 'event_id':
      return event.event_id;
    case 'publication_id':
      return event.publication_id;
    case 'project_id':
      return event.project_id;
    case 'channel.id':
      return channel.id;
    case 'channel.type':
      return channel.type;
    case 'channel.name':
      return channel.name ?? undefined;
    case 'content.media_type':
      return content.media_type.toLowerCase();
    case 'content.title':
      return content.title ?? undefined;
    case 'content.caption':
      return content.caption ?? undefined;
    case 'content.media_urls':
      return content.media_urls.length === 0 ? undefined : content.media_urls;
    case 'status_code':
      return event.status_code ?? undefined;
    case 'error_message':
      return event.error_message ?? undefined;
    case 'result.url':
      return result?.url ?? undefined;
    case 'result.publish_id':
      return result?.publish_id ?? undefined;
    case 'result.post_id':
      return result?.post_id ?? undefined;
    default:
      return path.startsWith(METADATA_PREFIX) ? label(event, path.slice(METADATA_PREFIX.length)) : undefined;
  }
}

function label({ metadata }: PublicationEvent, key: string): string | undefined {
  return Object.hasOwn(metadata, key) ? metadata[key] : undefined;
}
