import type { Endpoint } from './endpoint.ts';
import type { EventType } from './event-type.ts';

/** What the route lane matches by. */
export interface Routable {
  eventType: EventType;
  accountId: string;
  projectId: string;
  channelId: string;
}

/** Why an endpoint does not get an event, or that it does: the evidence that `explain` shows. */
export type Match =
  | { matched: true }
  | { matched: false; because: 'account' | 'project' | 'channel' | 'type' | 'format' };

/** Paused and disabled endpoints match too: what they miss is held for them. */
export function match(endpoint: Endpoint, event: Routable): Match {
  if (endpoint.accountId !== event.accountId) return { matched: false, because: 'account' };
  if (endpoint.projectId !== event.projectId) return { matched: false, because: 'project' };
  const { channelIds, eventTypes } = endpoint.subscription;
  if (channelIds.size > 0 && !channelIds.has(event.channelId)) return { matched: false, because: 'channel' };
  if (eventTypes.size > 0 && !eventTypes.has(event.eventType)) return { matched: false, because: 'type' };
  if (!isRepresentable(endpoint, event.eventType)) return { matched: false, because: 'format' };
  return { matched: true };
}

/** The upload-post format knows one event, `upload_completed`; a deletion cannot be said in it. */
function isRepresentable(endpoint: Endpoint, eventType: EventType): boolean {
  return endpoint.format !== 'upload-post' || eventType !== 'publication.deleted';
}
