import { decodeDeliveryHeaders, type RawHeaders, withDueByOrder } from '@herald/contracts/headers';
import { retryTopic, TOPICS, tierOfTopic } from '@herald/contracts/topics';
import { type Cause, replayOf } from '@herald/domain/cause';
import { leaveTierAt, type RetryTierName, tierAfter } from '@herald/domain/retry-tiers';
import type { BatchingProducer } from '@herald/kafka/batching-producer';
import type { LaneHandler } from '@herald/kafka/lane';
import type { LaneRecord, OutgoingRecord } from '@herald/kafka/record';
import { isMeant, type RetryOrder, type StandingOrder } from '@herald/registry/retry-order';
import { MAX_DELIVERY_BYTES, malformedHeader, type Poison, poisonRecord, tooLarge } from './poison.ts';
import type { Cancelled } from './retry-cancellation.ts';
import { createUnderway } from './underway.ts';
import { createWaitingRoom } from './waiting-room.ts';

export const MAX_UNACKNOWLEDGED_RECORDS = 2_000;

/** A timer runs by another clock than due times do: look again at least this often. */
const MAX_TIMER_MS = 60_000;

export interface RetryLaneOptions {
  producer: Pick<BatchingProducer, 'enqueue'>;
  orders: RetryOrders;
  /** Gives a delivery up: everything that this takes is acknowledged; or leaves it to its next owner. */
  cancel: (record: LaneRecord, order: RetryOrder) => Promise<Cancelled>;
  /** The offset may move past the record. */
  complete: (record: LaneRecord) => void;
  /** A person has sent or given up a delivery before it was due. */
  onOrdered: (kind: RetryOrder['kind']) => void;
  onForwarded: (tier: RetryTierName, lateMs: number) => void;
  onPoison: (record: LaneRecord, poison: Poison) => void;
  onFatal: (error: Error) => void;
  now: () => number;
}

/** What people want done with deliveries that wait, by endpoint. */
export interface RetryOrders {
  get(endpointId: string): StandingOrder | undefined;
  onChange(listener: (endpointId: string) => void): void;
}

interface WaitingDelivery {
  kind: 'delivery';
  record: LaneRecord;
  tier: RetryTierName;
  deliveryId: string;
  endpointId: string;
  cause: Cause;
  dueAtMs: number;
  /** Of the order that sent it on before; -1 where none has. */
  orderRevision: number;
  leaveAtMs: number;
}

interface WaitingPoison {
  kind: 'poison';
  record: LaneRecord;
  poison: Poison;
  endpointId?: never;
  leaveAtMs: 0;
}

type Waiting = WaitingDelivery | WaitingPoison;

/**
 * Waits and forwards; makes no attempt. What an order is for leaves at once: here and nowhere else, since only the owner
 * of a partition can say that a record was dealt with. What the window of each partition holds leaves in the order of its
 * time. Records of a tier are in order of appending and due within a fifth of its delay of each other (jitter), so that what waits beyond the window
 * is late by no more than that.
 */
export function createRetryLane(options: RetryLaneOptions): LaneHandler {
  const { producer, orders, cancel, complete, onOrdered, onForwarded, onPoison, onFatal, now } = options;
  const room = createWaitingRoom<Waiting>();
  const underway = createUnderway();
  let suspended = false;
  let timer: NodeJS.Timeout | undefined;
  let timerAtMs = Number.POSITIVE_INFINITY;
  orders.onChange(followOrder);

  return {
    receive(record) {
      const waiting = waitingOf(record);
      const leaveAtMs = put(waiting);
      if (leaveAtMs < timerAtMs) forwardDue();
    },

    suspend() {
      suspended = true;
      disarm();
      return underway.drained();
    },

    resume() {
      room.retain(({ record }) => record.claim.isCurrent());
      suspended = false;
      forwardDue();
    },
  };

  /** Gives when it leaves. */
  function put(waiting: Waiting): number {
    const leaveAtMs = orderFor(waiting) ? 0 : waiting.leaveAtMs;
    room.add(leaveAtMs, waiting);
    return leaveAtMs;
  }

  function orderFor(waiting: Waiting): StandingOrder | undefined {
    const order = waiting.kind === 'delivery' ? orders.get(waiting.endpointId) : undefined;
    return order && isFor(order, waiting) ? order : undefined;
  }

  function followOrder(endpointId: string): void {
    const order = orders.get(endpointId);
    if (order && room.hasten(endpointId, (waiting) => isFor(order, waiting))) forwardDue();
  }

  function forwardDue(): void {
    if (suspended) return;
    const nowMs = now();
    while (underway.count < MAX_UNACKNOWLEDGED_RECORDS) {
      const waiting = room.takeDue(nowMs);
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
      return;
    }
    const order = orderFor(waiting);
    if (order) {
      follow(waiting, order, nowMs);
    } else if (waiting.leaveAtMs > nowMs) {
      // The order that it was about to follow has been replaced by one that is not for it.
      room.add(waiting.leaveAtMs, waiting);
    } else {
      onForwarded(waiting.tier, nowMs - waiting.leaveAtMs);
      write(record, forwarded(waiting, record.headers, waiting.dueAtMs, nowMs));
    }
  }

  function follow(waiting: WaitingDelivery, order: StandingOrder, nowMs: number): void {
    const { record } = waiting;
    onOrdered(order.kind);
    if (order.kind === 'forward') {
      const headers = withDueByOrder(record.headers, nowMs, order.revision);
      write(record, forwarded(waiting, headers, nowMs, nowMs));
      return;
    }
    underway.begin();
    cancel(record, order).then((became) => {
      if (became === 'given_up') complete(record);
      leaveRoom();
    }, onFatal);
  }

  function write(record: LaneRecord, outgoing: OutgoingRecord): void {
    underway.begin();
    producer.enqueue([outgoing], (error) => {
      if (error) {
        onFatal(error);
        return;
      }
      complete(record);
      leaveRoom();
    });
  }

  /** One is under way no longer, whatever became of it: the next may be. */
  function leaveRoom(): void {
    const wasFull = underway.count >= MAX_UNACKNOWLEDGED_RECORDS;
    underway.end();
    if (wasFull) forwardDue();
  }

  function arm(nowMs: number): void {
    disarm();
    if (room.nextLeaveMs === undefined) return;
    timerAtMs = Math.min(room.nextLeaveMs, nowMs + MAX_TIMER_MS);
    timer = setTimeout(forwardDue, timerAtMs - nowMs);
  }

  function disarm(): void {
    clearTimeout(timer);
    timerAtMs = Number.POSITIVE_INFINITY;
  }
}

/** What an order has sent on comes back by its schedule, by the clock of another broker maybe before the order. */
function isFor(order: StandingOrder, waiting: Waiting): boolean {
  if (waiting.kind === 'poison' || order.revision <= waiting.orderRevision) return false;
  const { deliveryId, record } = waiting;
  return isMeant(order, { deliveryId, appendedAtMs: record.timestampMs });
}

function waitingOf(record: LaneRecord): Waiting {
  const tier = tierOfTopic(record.topic);
  if (tier === undefined) throw new Error(`${record.topic} is not a retry topic`);
  const decoded = decodeDeliveryHeaders(record.headers);
  const poison = tooLarge(record, MAX_DELIVERY_BYTES) ?? (decoded.ok ? undefined : malformedHeader(decoded));
  if (!decoded.ok || poison) return { kind: 'poison', record, poison: poison as Poison, leaveAtMs: 0 };
  const { deliveryId, endpointId, cause, dueAtMs, orderRevision = -1 } = decoded.delivery;
  const leaveAtMs = leaveTierAt(tier, record.timestampMs, dueAtMs);
  return { kind: 'delivery', record, tier, deliveryId, endpointId, cause, dueAtMs, orderRevision, leaveAtMs };
}

/**
 * To the delivery lane when it is due, else on to the tier that fits what is left (Retry-After and parking). A replay
 * stays behind live traffic when it is retried, too.
 */
function forwarded(
  { record, cause }: WaitingDelivery,
  given: RawHeaders,
  dueAtMs: number,
  nowMs: number,
): OutgoingRecord {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(given)) if (value) headers[name] = value.toString();
  const tier = tierAfter(dueAtMs, nowMs);
  const due = replayOf(cause) === undefined ? TOPICS.deliveries : TOPICS.backfill;
  const topic = tier ? retryTopic(tier) : due;
  return { topic, key: record.key, value: record.value, headers };
}
