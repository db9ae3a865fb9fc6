import { encodeDeliveryHeaders } from '@herald/contracts/headers';
import { TOPICS } from '@herald/contracts/topics';
import type { Delivery } from '@herald/domain/delivery';
import type { Endpoint } from '@herald/domain/endpoint';
import { DEFAULT_RETRY_SCHEDULE } from '@herald/domain/retry-tiers';
import type { Claim, LaneRecord, OutgoingRecord } from '@herald/kafka/record';

/** A producer whose acknowledgements the test gives. */
export interface HeldProducer {
  enqueue(records: readonly OutgoingRecord[], done: (error?: Error) => void): void;
  readonly handedOver: readonly OutgoingRecord[];
  /** Acknowledges everything handed over so far, in order. */
  acknowledge(): void;
}

export function createHeldProducer(): HeldProducer {
  const handedOver: OutgoingRecord[] = [];
  let waiting: ((error?: Error) => void)[] = [];
  return {
    handedOver,
    enqueue(records, done) {
      handedOver.push(...records);
      waiting.push(done);
    },
    acknowledge() {
      const acknowledged = waiting;
      waiting = [];
      for (const done of acknowledged) done();
    },
  };
}

/** A claim that the test revokes. */
export interface RevocableClaim extends Claim {
  revoke(): void;
}

export function claimOn(topic: string, partition = 0): RevocableClaim {
  let current = true;
  return {
    topic,
    partition,
    isCurrent: () => current,
    revoke() {
      current = false;
    },
  };
}

export interface RecordParts {
  claim: Claim;
  offset: number;
  key?: string;
  value?: Buffer | null;
  headers?: Record<string, string>;
  timestampMs?: number;
}

export function recordOf({
  claim,
  offset,
  key,
  value = null,
  headers = {},
  timestampMs = 0,
}: RecordParts): LaneRecord {
  return {
    topic: claim.topic,
    partition: claim.partition,
    offset,
    key: key === undefined ? null : Buffer.from(key),
    value,
    headers: Object.fromEntries(Object.entries(headers).map(([name, text]) => [name, Buffer.from(text)])),
    timestampMs,
    bytes: value?.length ?? 0,
    claim,
  };
}

export function deliveryOf(given: Partial<Delivery> = {}): Delivery {
  return {
    deliveryId: 'd1',
    endpointId: 'ep1',
    eventId: 'ev1',
    step: 0,
    attempts: 0,
    dueAtMs: 0,
    origin: { topic: TOPICS.events, partition: 0, offset: 7 },
    cause: 'event',
    configRevision: 0,
    traceparent: undefined,
    ...given,
  };
}

export function deliveryRecord(
  claim: Claim,
  offset: number,
  delivery: Delivery,
  timestampMs = 0,
): LaneRecord {
  const headers = encodeDeliveryHeaders(delivery);
  return recordOf({
    claim,
    offset,
    key: delivery.endpointId,
    value: Buffer.from('event'),
    headers,
    timestampMs,
  });
}

export function endpointOf(given: Partial<Endpoint> = {}): Endpoint {
  return {
    id: 'ep1',
    accountId: 'acme',
    projectId: 'p1',
    name: 'test',
    kind: 'webhook',
    url: 'http://127.0.0.1:1/',
    format: 'publication',
    subscription: { channelIds: new Set(), eventTypes: new Set() },
    state: 'active',
    secrets: [],
    retrySchedule: DEFAULT_RETRY_SCHEDULE,
    timeoutMs: 5_000,
    maxConcurrency: 10,
    rateLimitPerSecond: undefined,
    ordering: 'none',
    onDeadHead: 'skip',
    heldSkipBeforeMs: undefined,
    headers: {},
    createdAtMs: 0,
    updatedAtMs: 0,
    ...given,
  };
}
