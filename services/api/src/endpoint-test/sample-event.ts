import { eventTypeSymbol } from '@herald/contracts/event-type';
import type { EndpointNotice, PublicationEvent } from '@herald/contracts/generated/publication-event';
import { ALL_PROJECTS, type Endpoint } from '@herald/domain/endpoint';
import { type EventType, isOperational } from '@herald/domain/event-type';

export type SampledEndpoint = Pick<
  Endpoint,
  'id' | 'accountId' | 'projectId' | 'name' | 'url' | 'subscription'
>;

/** Whoever keeps what it received can tell a test by it where the format has labels; `herald-cause` says it in all. */
const TEST_LABEL = 'herald_test';

/** An event of the type as the endpoint could get it, all of it made up, and of one of its channels where it has chosen. */
export function sampleEvent(
  endpoint: SampledEndpoint,
  eventType: EventType,
  { eventId, nowMs }: { eventId: string; nowMs: number },
): PublicationEvent {
  const about = isOperational(eventType)
    ? aboutEndpoint(endpoint, eventType, nowMs)
    : aboutPost(endpoint, eventType);
  return {
    event_id: eventId,
    event_type: eventTypeSymbol(eventType),
    occurred_at: nowMs,
    account_id: endpoint.accountId,
    project_id: projectOf(endpoint, eventType),
    metadata: { [TEST_LABEL]: 'true' },
    ...about,
  };
}

/** A publication is of one project, also where the endpoint is of all. */
function projectOf({ projectId }: SampledEndpoint, eventType: EventType): string {
  return projectId === ALL_PROJECTS && !isOperational(eventType) ? 'proj_test' : projectId;
}

type About = Omit<
  PublicationEvent,
  'event_id' | 'event_type' | 'occurred_at' | 'account_id' | 'project_id' | 'metadata'
>;

function aboutPost({ subscription }: SampledEndpoint, eventType: EventType): About {
  const [channelId = 'ch_test'] = subscription.channelIds;
  const isFailed = eventType === 'publication.failed';
  return {
    channel: { id: channelId, type: 'instagram', name: 'Test channel' },
    publication_id: 'pub_test',
    content: {
      media_type: 'VIDEO',
      title: 'A test from Herald',
      caption: 'Nothing was posted: this message shows what a real one looks like. #test',
      media_urls: ['https://media.example.com/test.mp4'],
    },
    status_code: isFailed ? 400 : 200,
    error_message: isFailed ? 'The aspect ratio of the media is not supported. Use 9:16, 4:5 or 1:1.' : null,
    result: isFailed
      ? null
      : {
          url: 'https://www.instagram.com/p/CtestHerald/',
          publish_id: '18027364512345678',
          post_id: '3325104815162342001',
        },
    user_email: 'test@example.com',
    profile_username: 'test-profile',
    endpoint: null,
  };
}

function aboutEndpoint(endpoint: SampledEndpoint, eventType: EventType, nowMs: number): About {
  const notice: EndpointNotice = {
    endpoint_id: endpoint.id,
    name: endpoint.name,
    url: URL.parse(endpoint.url)?.origin ?? '',
    reason: eventType === 'endpoint.disabled' ? 'gone' : 'failing',
    failing_since: nowMs - 24 * 60 * 60 * 1_000,
    consecutive_failures: 12,
    last_outcome: eventType === 'endpoint.disabled' ? '410' : '503',
  };
  return {
    channel: { id: '', type: 'herald', name: null },
    publication_id: endpoint.id,
    content: { media_type: 'UNKNOWN', title: null, caption: null, media_urls: [] },
    status_code: null,
    error_message: null,
    result: null,
    user_email: null,
    profile_username: null,
    endpoint: notice,
  };
}
