import { encoderWithId } from '@herald/contracts/codec';
import type { PublicationEvent } from '@herald/contracts/generated/publication-event';
import { expect, test } from 'vitest';
import { endpointOf } from '../../test-support/fakes.ts';
import { SUBJECTS } from '../subjects.ts';
import { type Notice, noticeEvent } from './notice.ts';

function noticeOf(given: Partial<Notice> = {}): Notice {
  return {
    endpoint: endpointOf({ url: 'https://crm.example/hooks' }),
    type: 'endpoint.failing',
    occasion: [1, 2],
    reason: 'failing',
    failingSinceMs: 1_000,
    consecutiveFailures: 3,
    last: { outcome: { kind: 'error', error: 'timeout', message: 'no answer' } },
    nowMs: 9_000,
    ...given,
  };
}

test('an operational event is one that any reader of publication events can read', () => {
  const encoder = encoderWithId<PublicationEvent>(1, SUBJECTS.events);
  expect(encoder.encode(noticeEvent(noticeOf())).length).toBeGreaterThan(0);
});

test('it is of the project of its endpoint, and in one partition with what else is said of it', () => {
  expect(noticeEvent(noticeOf())).toMatchObject({
    account_id: 'acme',
    project_id: 'p1',
    publication_id: 'ep1',
    event_type: 'ENDPOINT_FAILING',
    occurred_at: 9_000,
    endpoint: { failing_since: 1_000, consecutive_failures: 3, last_outcome: 'timeout' },
  });
});

test('the same occasion gives the same event id, whenever it is told', () => {
  const { event_id } = noticeEvent(noticeOf());
  expect(noticeEvent(noticeOf({ nowMs: 10_000, consecutiveFailures: 4 })).event_id).toBe(event_id);
  expect(noticeEvent(noticeOf({ occasion: [1, 3] })).event_id).not.toBe(event_id);
});

test.each([
  ['webhook', 'https://crm.example:8443/hooks/a?key=secret#part', 'https://crm.example:8443/hooks/a'],
  ['webhook', 'https://crm.example/hooks/sk4f9a8b7c6d5e4f3a2b1c0d', 'https://crm.example/hooks/[redacted]'],
  ['slack', 'https://hooks.slack.com/services/T0/B0/secret', 'https://hooks.slack.com'],
  ['telegram', 'https://api.telegram.org/bot1:secret/sendMessage', 'https://api.telegram.org'],
  ['webhook', 'nonsense', ''],
] as const)('the URL of a %s endpoint is told without what may be secret: %s', (kind, url, shown) => {
  expect(noticeEvent(noticeOf({ endpoint: endpointOf({ kind, url }) })).endpoint?.url).toBe(shown);
});

test('an answer is told by its status', () => {
  const gone = {
    kind: 'response',
    status: 410,
    headers: {},
    body: Buffer.alloc(0),
    bodyTruncated: false,
  } as const;
  expect(noticeEvent(noticeOf({ last: { outcome: gone } })).endpoint?.last_outcome).toBe('410');
  const last = { outcome: gone, detail: '410 channel_is_archived' };
  expect(noticeEvent(noticeOf({ last })).endpoint?.last_outcome).toBe('410 channel_is_archived');
});
