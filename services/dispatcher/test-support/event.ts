import { randomUUID } from 'node:crypto';
import type { PublicationEvent } from '@herald/contracts/generated/publication-event';

/** An event for a project, as a publishing platform would tell it. */
export function eventOf(projectId: string, given: Partial<PublicationEvent> = {}): PublicationEvent {
  return {
    event_id: randomUUID(),
    event_type: 'PUBLISHED',
    occurred_at: Date.now(),
    account_id: 'acme',
    project_id: projectId,
    channel: { id: 'channel_1', type: 'instagram', name: 'Acme' },
    publication_id: randomUUID(),
    content: { media_type: 'PHOTO', title: 'A post', caption: 'What it says', media_urls: [] },
    status_code: 200,
    error_message: null,
    result: { url: 'https://example.com/p/1', publish_id: null, post_id: 'p1' },
    user_email: 'a@example.com',
    profile_username: 'acme',
    metadata: {},
    endpoint: null,
    ...given,
  };
}

export function eventsOf(projectId: string, count: number): PublicationEvent[] {
  return Array.from({ length: count }, () => eventOf(projectId));
}
