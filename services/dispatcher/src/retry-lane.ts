import { decodeDeliveryHeaders } from '@herald/contracts/headers';
import { retryTopic, TOPICS, tierOfTopic } from '@herald/contracts/topics';
import { leaveTierAt, type RetryTierName, tierAfter } from '@herald/domain/retry-tiers';
import type { BatchingProducer } from '@herald/kafka/batching-producer';
import type { LaneHandler } from '@herald/kafka/lane';
import type { LaneRecord, OutgoingRecord } from '@herald/kafka/record';
import { createDueHeap } from './due-heap.ts';
import { MAX_DELIVERY_BYTES, malformedHeader, type Poison, poisonRecord, tooLarge } from './poison.ts';
import { createUnderway } from './underway.ts';

const MAX_UNACKNOWLEDGED_RECORDS = 2_000;

/** A timer runs by another clock than due times do: look again at least this often. */
const MAX_TIMER_MS = 60_000;

export interface RetryLaneOptions {
  producer: Pick<BatchingProducer, 'enqueue'>;
  /** The offset may move past the record. */
  complete: (record: LaneRecord) => void;
  onForwarded: (tier: RetryTierName, lateMs: number) => void;
  onPoison: (record: LaneRecord, poison: Poison) => void;
  onFatal: (error: Error) => void;
  now: () => number;
}

type Waiting =
  | { kind: 'delivery'; record: LaneRecord; tier: RetryTierName; dueAtMs: number; leaveAtMs: number }
  | { kind: 'poison'; record: LaneRecord; poison: Poison; leaveAtMs: 0 };

/**
 * Waits and forwards; makes no attempt. A heap orders what the window of each partition holds. Records of a tier are in
 * order of appending and due within a fifth of its delay of each other (jitter), so that what waits beyond the window
 * is late by no more than that.
 */
export function createRetryLane(options: RetryLaneOptions): LaneHandler {
  const { producer, complete, onForwarded, onPoison, onFatal, now } = options;
  const heap = createDueHeap<Waiting>();
  const underway = createUnderway();
  let suspended = false;
  let timer: NodeJS.Timeout | undefined;
  let timerAtMs = Number.POSITIVE_INFINITY;

  return {
    receive(record) {
      const waiting = waitingOf(record);
      heap.push(waiting.leaveAtMs, waiting);
      if (waiting.leaveAtMs < timerAtMs) forwardDue();
    },

    suspend() {
      suspended = true;
      disarm();
      return underway.drained();
    },

    resume() {
      heap.retain(({ record }) => record.claim.isCurrent());
      suspended = false;
      forwardDue();
    },
  };

  function forwardDue(): void {
    if (suspended) return;
    const nowMs = now();
    while (underway.count < MAX_UNACKNOWLEDGED_RECORDS) {
      const waiting = heap.popDue(nowMs);
      if (!waiting) {
        arm(nowMs);
        return;
      }
      leave(waiting, nowMs);
    }
    disarm();
  }

  function leave(waiting: Waiting, nowMs: number): void {
    const { record } = waiting;
    if (waiting.kind === 'poison') {
      onPoison(record, waiting.poison);
      write(record, poisonRecord(record, waiting.poison));
    } else {
      onForwarded(waiting.tier, nowMs - waiting.leaveAtMs);
      write(record, forwarded(record, waiting.dueAtMs, nowMs));
    }
  }

  function write(record: LaneRecord, outgoing: OutgoingRecord): void {
    underway.begin();
    producer.enqueue([outgoing], (error) => {
      if (error) {
        onFatal(error);
        return;
      }
      const wasFull = underway.count >= MAX_UNACKNOWLEDGED_RECORDS;
      complete(record);
      underway.end();
      if (wasFull) forwardDue();
    });
  }

  function arm(nowMs: number): void {
    disarm();
    if (heap.nextDueMs === undefined) return;
    timerAtMs = Math.min(heap.nextDueMs, nowMs + MAX_TIMER_MS);
    timer = setTimeout(forwardDue, timerAtMs - nowMs);
  }

  function disarm(): void {
    clearTimeout(timer);
    timerAtMs = Number.POSITIVE_INFINITY;
  }
}

function waitingOf(record: LaneRecord): Waiting {
  const tier = tierOfTopic(record.topic);
  if (tier === undefined) throw new Error(`${record.topic} is not a retry topic`);
  const decoded = decodeDeliveryHeaders(record.headers);
  const poison = tooLarge(record, MAX_DELIVERY_BYTES) ?? (decoded.ok ? undefined : malformedHeader(decoded));
  if (!decoded.ok || poison) return { kind: 'poison', record, poison: poison as Poison, leaveAtMs: 0 };
  const { dueAtMs } = decoded.delivery;
  const leaveAtMs = leaveTierAt(tier, record.timestampMs, dueAtMs);
  return { kind: 'delivery', record, tier, dueAtMs, leaveAtMs };
}

/** To the delivery lane when it is due, else on to the tier that fits what is left (Retry-After and parking). */
function forwarded(record: LaneRecord, dueAtMs: number, nowMs: number): OutgoingRecord {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(record.headers)) if (value) headers[name] = value.toString();
  const tier = tierAfter(dueAtMs, nowMs);
  const topic = tier ? retryTopic(tier) : TOPICS.deliveries;
  return { topic, key: record.key, value: record.value, headers };
}
