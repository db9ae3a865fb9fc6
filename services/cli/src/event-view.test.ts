import { expect, test } from 'vitest';
import { type EventDetail, showEvent } from './event-view.ts';
import { createTerminal } from './terminal.ts';

function shown(given: Partial<EventDetail>): string {
  let text = '';
  const write = (chunk: string | Uint8Array) => {
    text += chunk;
    return true;
  };
  const event = {
    event_id: 'evt_1',
    event_type: 'publication.failed',
    project_id: 'p',
    channel_id: 'c',
    publication_id: 'pub_1',
    occurred_at: null,
    origin: { topic: 'publication.events', partition: 3, offset: 17 },
    event: { error_message: '\x1b[2J' },
    route: { routed_at: '2026-01-15T12:00:00Z', config_revision: 9, deliveries: [] },
    deliveries: [],
    deliveries_left_out: 0,
    ...given,
  };
  showEvent(event, createTerminal({ stdout: { write }, stderr: { write }, env: {} }));
  return text;
}

test('an event that went to nobody is told from one that is not routed yet', () => {
  expect(shown({})).toContain('evt_1  publication.failed  publication.events:3:17\nrouted to nobody at 2026');
  expect(shown({ route: null })).toContain('not routed yet');
});

test('an event has its deliveries as they stand, and says where more of them are', () => {
  const delivery = {
    delivery_id: 'd_1',
    endpoint_id: 'ep_1',
    event_id: 'evt_1',
    publication_id: 'pub_1',
    event_type: 'publication.failed',
    cause: 'event',
    state: 'dead',
    reason: 'exhausted',
    attempts: 3,
    last_outcome: 'timeout',
    last_status: null,
    next_attempt_at: null,
    occurred_at: null,
  };
  const text = shown({ deliveries: [delivery], deliveries_left_out: 2 });
  expect(text).toMatch(/d_1 +dead \(exhausted\) +ep_1 +3 +timeout +event\n/);
  expect(text).toContain('2 more: herald deliveries list --event evt_1');
});
