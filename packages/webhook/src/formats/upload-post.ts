import type { PublicationEvent } from '@herald/contracts/generated/publication-event';
import { notRepresentable, type Rendered, renderedJson } from '../rendered.ts';
import { mediaTypeName } from './publication.ts';

/**
 * The upload notification: one event name for success and failure, exactly these fields. Texts that the event does
 * not have are empty, as the format allows null within `result` only. A deletion has no place in it.
 */
export function renderUploadPost(event: PublicationEvent): Rendered {
  if (event.event_type !== 'PUBLISHED' && event.event_type !== 'FAILED') {
    return notRepresentable(`upload-post knows uploads that completed or failed, not ${event.event_type}`);
  }
  const success = event.event_type === 'PUBLISHED';
  return renderedJson({
    event: 'upload_completed',
    user_email: event.user_email ?? '',
    profile_username: event.profile_username ?? '',
    platform: event.channel.type,
    media_type: uploadedMediaType(event.content),
    title: event.content.title ?? '',
    caption: event.content.caption ?? '',
    result: {
      success,
      url: event.result?.url ?? null,
      publish_id: event.result?.publish_id ?? null,
      post_id: event.result?.post_id ?? null,
      error: success ? null : event.error_message,
    },
    created_at: microsecondsUtc(event.occurred_at),
  });
}

/** The format knows video, photo and text. A kind that this version is too old to know has the nearest of them. */
function uploadedMediaType({ media_type, media_urls }: PublicationEvent['content']): string {
  if (media_type !== 'UNKNOWN') return mediaTypeName(media_type);
  return media_urls.length === 0 ? 'text' : 'video';
}

/** ISO 8601 in UTC with six decimals and no zone, as in `2024-03-15T14:30:00.000000`. */
function microsecondsUtc(epochMs: number): string {
  return `${new Date(epochMs).toISOString().slice(0, -1)}000`;
}
