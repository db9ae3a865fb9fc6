import { eventTypeOf } from '@herald/contracts/event-type';
import type { PublicationEvent } from '@herald/contracts/generated/publication-event';
import { notRepresentable, type Rendered, renderedJson } from '../rendered.ts';
import { messageData } from './publication.ts';

/**
 * CloudEvents 1.0 in structured JSON. `source` and `id` together are unique, as the specification asks; `subject` is
 * the publication, or the endpoint that an operational event is about.
 */
export function renderCloudEvent(event: PublicationEvent): Rendered {
  const type = eventTypeOf(event.event_type);
  if (!type) return notRepresentable(`event type ${event.event_type} is not known to this version`);
  return renderedJson(
    {
      specversion: '1.0',
      id: event.event_id,
      source: sourceOf(event),
      type,
      subject: event.publication_id,
      time: new Date(event.occurred_at).toISOString(),
      datacontenttype: 'application/json',
      data: messageData(event),
    },
    'application/cloudevents+json',
  );
}

function sourceOf({ project_id, channel, endpoint }: PublicationEvent): string {
  const [kind, id] = endpoint ? ['endpoints', endpoint.endpoint_id] : ['channels', channel.id];
  return `/projects/${encodeURIComponent(project_id)}/${kind}/${encodeURIComponent(id)}`;
}
