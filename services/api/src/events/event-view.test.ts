import { readFileSync } from 'node:fs';
import type { EventDetail } from '@herald/clickhouse/history';
import type { PublicationEvent } from '@herald/contracts/generated/publication-event';
import { expect, it } from 'vitest';
import { eventDetailView } from './event-fields.ts';
import { viewEventDetail } from './event-view.ts';

const examples = new URL('../../../../schemas/examples/events/', import.meta.url);

function detailOf(event: PublicationEvent): EventDetail {
  return {
    eventId: event.event_id,
    eventType: 'endpoint.failing',
    projectId: event.project_id,
    channelId: event.channel.id,
    channelType: event.channel.type,
    publicationId: event.publication_id,
    occurredAtMs: event.occurred_at,
    recordedAtMs: event.occurred_at,
    origin: { topic: 'publication.events', partition: 0, offset: 0 },
    event,
    route: null,
    deliveries: [],
    deliveriesLeftOut: 0,
  } as unknown as EventDetail;
}

function example(name: string): PublicationEvent {
  return JSON.parse(readFileSync(new URL(name, examples), 'utf8'));
}

it('an operational event shows the endpoint that it is about', () => {
  const view = eventDetailView.parse(viewEventDetail(detailOf(example('endpoint-failing.json'))));
  expect(view.event).toMatchObject({
    event_type: 'endpoint.failing',
    endpoint: { endpoint_id: 'ep_1', failing_since: '2024-03-15T14:30:00.000Z', last_outcome: '503' },
  });
});

it('an event that was kept before there were operational ones is shown as it was', () => {
  const { endpoint: _, ...old } = example('tiktok-video-failed.json');
  const view = eventDetailView.parse(viewEventDetail(detailOf(old as PublicationEvent)));
  expect(view.event).toMatchObject({ event_type: 'publication.failed', endpoint: null });
});
