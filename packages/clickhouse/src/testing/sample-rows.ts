import { randomUUID } from 'node:crypto';
import type { AuditRecord } from '@herald/contracts/generated/audit-record';
import type { DeliveryAttempt } from '@herald/contracts/generated/delivery-attempt';
import type { PublicationEvent } from '@herald/contracts/generated/publication-event';
import type { RouteRecord } from '@herald/contracts/generated/route-record';
import { TOPICS } from '@herald/contracts/topics';
import type { EventRow } from '../tables/events.ts';

export const NOON_MS = Date.UTC(2026, 0, 15, 12);

/** An attempt that was delivered, but for what a test says about it. */
export function anAttempt(said: Partial<DeliveryAttempt> = {}): DeliveryAttempt {
  return {
    attempt_id: randomUUID(),
    delivery_id: randomUUID(),
    event_id: randomUUID(),
    endpoint_id: 'endpoint-1',
    account_id: 'account-1',
    project_id: 'project-1',
    channel_id: 'channel-1',
    publication_id: 'publication-1',
    event_type: 'publication.published',
    cause: 'event',
    step: 0,
    attempt_number: 1,
    disposition: 'ATTEMPTED',
    verdict: 'DELIVERED',
    reason: null,
    outcome: 'response',
    error_message: null,
    next_attempt_at: null,
    retry_tier: null,
    request: {
      method: 'POST',
      url: 'https://receiver.example/hook',
      headers: { 'content-type': 'application/json' },
      body: Buffer.from('{}'),
    },
    response: { status: 200, headers: {}, body: Buffer.from('ok'), body_truncated: false },
    remote_address: '192.0.2.1:443',
    started_at: NOON_MS + 40,
    duration_ms: 12.5,
    first_byte_ms: 11.25,
    dns_ms: 1.5,
    connect_ms: 2.25,
    tls_ms: 4.5,
    occurred_at: NOON_MS,
    origin_topic: TOPICS.events,
    origin_partition: 3,
    origin_offset: 41,
    delivery_topic: TOPICS.deliveries,
    delivery_partition: 5,
    delivery_offset: 77,
    config_revision: 9,
    dispatcher_id: 'dispatcher-1',
    ...said,
  };
}

/** A change that was made, but for what a test says about it. */
export function anAuditRecord(said: Partial<AuditRecord> = {}): AuditRecord {
  return {
    audit_id: randomUUID(),
    account_id: 'account-1',
    asked_at: NOON_MS,
    actor_kind: 'API_KEY',
    actor_id: 'key-1',
    action: 'endpoint.updated',
    subject_kind: 'endpoint',
    subject_id: 'endpoint-1',
    state: 'DONE',
    decided_on: 4,
    revision: 6,
    before: '{"name":"a"}',
    after: '{"name":"b"}',
    request_id: 'request-1',
    ...said,
  };
}

export function anEvent(said: Partial<PublicationEvent> = {}): PublicationEvent {
  return {
    event_id: randomUUID(),
    event_type: 'PUBLISHED',
    occurred_at: NOON_MS,
    account_id: 'account-1',
    project_id: 'project-1',
    channel: { id: 'channel-1', type: 'instagram', name: null },
    publication_id: 'publication-1',
    content: { media_type: 'VIDEO', title: null, caption: 'A caption', media_urls: [] },
    status_code: 200,
    error_message: null,
    result: null,
    user_email: null,
    profile_username: null,
    metadata: {},
    endpoint: null,
    ...said,
  };
}

export function anEventRow(offset: number, said: Partial<PublicationEvent> = {}): EventRow {
  return {
    partition: 0,
    offset,
    recordedAtMs: NOON_MS + 5,
    content: { ok: true, event: anEvent(said) },
  };
}

/** The routing of an event to endpoints, by their ids. */
export function aRoute(offset: number, said: Partial<RouteRecord> = {}): RouteRecord {
  return {
    event_id: randomUUID(),
    account_id: 'account-1',
    project_id: 'project-1',
    channel_id: 'channel-1',
    publication_id: 'publication-1',
    event_type: 'publication.published',
    occurred_at: NOON_MS,
    origin_topic: TOPICS.events,
    origin_partition: 0,
    origin_offset: offset,
    config_revision: 9,
    routed_at: NOON_MS + 10,
    deliveries: [],
    ...said,
  };
}
