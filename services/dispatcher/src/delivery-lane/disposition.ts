import { eventTypeOf } from '@herald/contracts/event-type';
import type { DeliveryAttempt } from '@herald/contracts/generated/delivery-attempt';
import type { PublicationEvent } from '@herald/contracts/generated/publication-event';
import { encodeDeliveryHeaders, REASON_HEADER } from '@herald/contracts/headers';
import { retryTopic, TOPICS } from '@herald/contracts/topics';
import type { Delivery } from '@herald/domain/delivery';
import { ALL_PROJECTS, type Endpoint } from '@herald/domain/endpoint';
import { type RetryTierName, tierForWait } from '@herald/domain/retry-tiers';
import type { Verdict } from '@herald/domain/verdict';
import type { OutgoingRecord } from '@herald/kafka/record';
import type { Exchange } from '@herald/webhook/exchange';
import type { Message } from '@herald/webhook/message';
import type { Judged } from '../endpoint-health/endpoint-health.ts';
import { isTest } from './look-up.ts';
import type { Move } from './move.ts';
import type { DeliveryTask } from './task.ts';

/** What one step of a delivery comes to: the record of it, and the delivery's next place, where it has one. */
export interface Disposition {
  attempt: DeliveryAttempt;
  forward: OutgoingRecord | undefined;
  /** Somebody waits for it: the delivery is attempted as soon as it is there, or a person looks at it. */
  isAwaited?: boolean;
  /** What the endpoint's owner is told on this occasion. */
  notice?: OutgoingRecord | undefined;
}

export interface AttemptMade {
  message: Message;
  exchange: Exchange;
  revision: number;
  /** What the answer says for itself. */
  detail?: string | undefined;
}

/** What every record of a step says, whatever came of it. */
export interface StepContext {
  task: DeliveryTask;
  /** Undefined where the event cannot be read. */
  event: PublicationEvent | undefined;
  /** Whose the delivery is where its event cannot say it; undefined where its endpoint is not there any more. */
  owner: Pick<Endpoint, 'accountId' | 'projectId'> | undefined;
  /** A fresh UUID. */
  attemptId: string;
  dispatcherId: string;
  nowMs: number;
}

/** `keepsItsPlace`: it stays in webhook.held where it is, and is attempted again from there. */
export function attempted(
  context: StepContext,
  made: AttemptMade,
  { verdict, notice }: Pick<Judged, 'verdict' | 'notice'>,
  keepsItsPlace: boolean,
): Disposition {
  const { delivery } = context.task;
  const attempts = delivery.attempts + 1;
  return {
    attempt: {
      ...requestMade(context, made),
      attempt_number: attempts,
      disposition: 'ATTEMPTED',
      ...decided(verdict),
      ...(keepsItsPlace && { retry_tier: null }),
    },
    forward: keepsItsPlace ? undefined : forwarded(context.task, { ...delivery, attempts }, verdict),
    notice,
    isAwaited: isTest(context.task),
  };
}

/** The partition has another owner by now, who decides: it goes on record that a request was made, and nothing else. */
export function fenced(context: StepContext, made: AttemptMade): Disposition {
  return {
    attempt: {
      ...requestMade(context, made),
      attempt_number: context.task.delivery.attempts + 1,
      disposition: 'FENCED',
      verdict: 'NONE',
    },
    forward: undefined,
  };
}

export function moved(context: StepContext, move: Move, keepsItsPlace = false): Disposition {
  const base = { ...common(context), config_revision: move.revision };
  const { task, nowMs } = context;
  if (move.kind === 'park') {
    const tier = tierForWait(move.dueAtMs - nowMs);
    return {
      attempt: {
        ...base,
        disposition: 'PARKED',
        verdict: 'NONE',
        reason: move.reason,
        next_attempt_at: move.turnAtMs ?? move.dueAtMs,
        retry_tier: tier,
      },
      forward: waiting(task, task.delivery, tier, move.dueAtMs, move.turnAtMs),
    };
  }
  if (move.kind === 'cancel') {
    const attempt = { ...base, disposition: 'CANCELLED', verdict: 'NONE', reason: move.reason } as const;
    return { attempt, forward: undefined };
  }
  return {
    attempt: {
      ...base,
      disposition: move.kind === 'hold' ? 'HELD' : 'DEAD',
      ...decided(move),
      error_message: move.detail ?? null,
    },
    forward: keepsItsPlace ? undefined : forwarded(task, task.delivery, move),
    isAwaited: isTest(task) || (move.kind === 'hold' && move.reason === 'ordered'),
  };
}

/** What ends a step, whether an attempt was judged or none was made. */
type Decided = Verdict | Extract<Move, { kind: 'hold' | 'dead' }>;

function decided(
  verdict: Decided,
): Pick<DeliveryAttempt, 'verdict' | 'reason' | 'next_attempt_at' | 'retry_tier'> {
  const nowhere = { reason: null, next_attempt_at: null, retry_tier: null };
  switch (verdict.kind) {
    case 'delivered':
      return { verdict: 'DELIVERED', ...nowhere };
    case 'retry':
      return {
        verdict: 'RETRY',
        reason: verdict.reason,
        next_attempt_at: verdict.dueAtMs,
        retry_tier: verdict.tier,
      };
    case 'dead':
      return { verdict: 'DEAD', ...nowhere, reason: verdict.reason };
    case 'hold':
      return { verdict: 'HOLD', ...nowhere, reason: verdict.reason };
  }
}

/** `delivery` counts the attempts made by now; its step is still the one that ends here. */
function forwarded(task: DeliveryTask, delivery: Delivery, verdict: Decided): OutgoingRecord | undefined {
  switch (verdict.kind) {
    case 'delivered':
      return undefined;
    case 'retry':
      return waiting(task, delivery, verdict.tier, verdict.dueAtMs);
    case 'dead':
      return kept(TOPICS.deadLetters, task, delivery, verdict.reason);
    case 'hold':
      return kept(TOPICS.held, task, delivery, verdict.reason);
  }
}

function waiting(
  task: DeliveryTask,
  delivery: Delivery,
  tier: RetryTierName,
  dueAtMs: number,
  turnAtMs?: number,
): OutgoingRecord {
  return onwards(retryTopic(tier), task, next(delivery, dueAtMs, turnAtMs));
}

function kept(topic: string, task: DeliveryTask, delivery: Delivery, reason: string): OutgoingRecord {
  const record = onwards(topic, task, next(delivery, 0));
  return { ...record, headers: { ...record.headers, [REASON_HEADER]: reason } };
}

function next({ turnAtMs: _, ...delivery }: Delivery, dueAtMs: number, turnAtMs?: number): Delivery {
  const step = delivery.step + 1;
  return turnAtMs === undefined ? { ...delivery, step, dueAtMs } : { ...delivery, step, dueAtMs, turnAtMs };
}

function onwards(topic: string, task: DeliveryTask, next: Delivery): OutgoingRecord {
  return { topic, key: next.endpointId, value: task.record.value, headers: encodeDeliveryHeaders(next) };
}

function requestMade(
  context: StepContext,
  { message, exchange, revision, detail }: AttemptMade,
): DeliveryAttempt {
  const { outcome, phases } = exchange;
  return {
    ...common(context),
    outcome: outcome.kind === 'response' ? 'response' : outcome.error,
    error_message: outcome.kind === 'response' ? (detail ?? null) : outcome.message,
    request: {
      method: 'POST',
      url: message.recordedUrl,
      headers: message.recordedHeaders,
      body: message.request.body,
    },
    response:
      outcome.kind === 'response'
        ? {
            status: outcome.status,
            headers: outcome.headers,
            body: bufferOf(outcome.body),
            body_truncated: outcome.bodyTruncated,
          }
        : null,
    remote_address: exchange.remoteAddress ?? null,
    started_at: exchange.startedAtMs,
    duration_ms: exchange.durationMs,
    first_byte_ms: exchange.firstByteMs ?? null,
    dns_ms: phases.dnsMs ?? null,
    connect_ms: phases.connectMs ?? null,
    tls_ms: phases.tlsMs ?? null,
    config_revision: revision,
  };
}

function common({ task, event, owner, attemptId, dispatcherId, nowMs }: StepContext): DeliveryAttempt {
  const { record, delivery } = task;
  return {
    attempt_id: attemptId,
    delivery_id: delivery.deliveryId,
    event_id: delivery.eventId,
    endpoint_id: delivery.endpointId,
    account_id: event?.account_id ?? owner?.accountId ?? '',
    project_id: event?.project_id ?? projectOf(owner) ?? '',
    channel_id: event?.channel.id ?? '',
    publication_id: event?.publication_id ?? '',
    event_type: (event && eventTypeOf(event.event_type)) ?? '',
    cause: delivery.cause,
    step: delivery.step,
    attempt_number: 0,
    disposition: 'UNKNOWN',
    verdict: 'UNKNOWN',
    reason: null,
    outcome: null,
    error_message: null,
    next_attempt_at: null,
    retry_tier: null,
    request: null,
    response: null,
    remote_address: null,
    started_at: nowMs,
    duration_ms: 0,
    first_byte_ms: null,
    dns_ms: null,
    connect_ms: null,
    tls_ms: null,
    // An event that cannot be read tells no time: that of its record stands in.
    occurred_at: event?.occurred_at ?? record.timestampMs,
    origin_topic: delivery.origin.topic,
    origin_partition: delivery.origin.partition,
    origin_offset: delivery.origin.offset,
    delivery_topic: record.topic,
    delivery_partition: record.partition,
    delivery_offset: record.offset,
    config_revision: -1,
    dispatcher_id: dispatcherId,
  };
}

function projectOf(owner: StepContext['owner']): string | undefined {
  return owner?.projectId === ALL_PROJECTS ? undefined : owner?.projectId;
}

function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
