import type { Endpoint } from '../../endpoint.ts';
import { DEFAULT_RETRY_SCHEDULE } from '../../retry-tiers.ts';
import type { Routable } from '../../subscription.ts';
import type { DeliveryEvidence, EndpointEvidence, EventEvidence } from '../evidence.ts';

export const NOON_MS = Date.UTC(2026, 0, 15, 12);
export const DAY_MS = 86_400_000;

export const routable: Routable = {
  eventType: 'publication.published',
  accountId: 'acc_1',
  projectId: 'prj_1',
  channelId: 'ch_1',
  readField: (path) => (path === 'channel.type' ? 'tiktok' : undefined),
};

export function anEndpoint(changes: Partial<Endpoint> = {}): Endpoint {
  return {
    id: 'ep_1',
    accountId: 'acc_1',
    projectId: 'prj_1',
    name: '',
    kind: 'webhook',
    url: 'https://example.com/hook',
    format: 'publication',
    subscription: { channelIds: new Set(), eventTypes: new Set() },
    state: 'active',
    secrets: [],
    retrySchedule: DEFAULT_RETRY_SCHEDULE,
    timeoutMs: 15_000,
    maxConcurrency: 10,
    rateLimitPerSecond: undefined,
    ordering: 'none',
    onDeadHead: 'skip',
    heldSkipBeforeMs: undefined,
    headers: {},
    createdAtMs: NOON_MS - DAY_MS,
    updatedAtMs: NOON_MS - DAY_MS,
    ...changes,
  };
}

/** Accepted at noon and routed to nobody by revision 9, unless a test says otherwise. */
export function event(changes: Partial<EventEvidence> = {}): EventEvidence {
  return {
    eventId: 'evt_1',
    asOfMs: NOON_MS + 60_000,
    accepted: { atMs: NOON_MS, origin: { topic: 'publication.events', partition: 3, offset: 41 } },
    routable,
    poison: undefined,
    route: { atMs: NOON_MS + 10, revision: 9, endpointIds: [] },
    forgotten: undefined,
    ...changes,
  };
}

export function endpoint(changes: Partial<EndpointEvidence> = {}): EndpointEvidence {
  const now = { endpoint: anEndpoint(), revision: 4, state: { state: 'active' } as const };
  return {
    endpointId: 'ep_1',
    current: now,
    asRouted: { kind: 'known', endpoint: now.endpoint, revision: 4 },
    deliveries: [],
    ...changes,
  };
}

export function aDelivery(changes: Partial<DeliveryEvidence> = {}): DeliveryEvidence {
  return {
    deliveryId: 'd',
    cause: 'event',
    state: 'delivered',
    reason: undefined,
    attempts: 1,
    lastOutcome: 'response',
    lastStatus: 200,
    nextAttemptAtMs: undefined,
    updatedAtMs: NOON_MS + 100,
    heldUntilMs: undefined,
    ...changes,
  };
}
