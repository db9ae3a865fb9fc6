import { setTimeout as delay } from 'node:timers/promises';
import { isMeant, type RetryOrder } from '@herald/registry/retry-order';
import type { WriteRetryOrder } from '@herald/registry/retry-orders';
import type { Cancellations } from './cancellations.ts';
import type { RetryTopics, Stretch, WaitingRecord } from './waiting-records.ts';

/** Which of the deliveries that wait. */
export interface Selection {
  endpointId: string | undefined;
  /** Only these; all of the endpoint where it is empty. */
  deliveryIds: ReadonlySet<string>;
}

/** What an order is for, of one endpoint. */
interface Target {
  endpointId: string;
  waiting: number;
  /** A record of it, to learn the account from. */
  value: Buffer | null;
  lastAppendedMs: number;
}

export interface Followed {
  endpointId: string;
  accountId: string;
  /** Deliveries that the order was for. */
  ordered: number;
  /** Of these, how many still wait. */
  remaining: number;
  /**
   * Of an order to cancel, how many of those that wait no more were given up by it; the others had come due before a
   * dispatcher read it, and were attempted.
   */
  cancelled?: number;
}

export interface OrderingOptions {
  topics: RetryTopics;
  write: WriteRetryOrder;
  /** The account of the event in a record's value. */
  accountOf: (value: Buffer | null) => Promise<string>;
  orderedBy: string;
  /** How long to wait for the dispatcher. */
  followMs: number;
  now: () => number;
}

const FIRST_LOOK_MS = 200;
const LAST_LOOK_MS = 2_000;

export interface Ordered {
  /** By endpoint. */
  followed: Followed[];
  /** Of the deliveries that were named, those that do not wait. */
  notWaiting: string[];
}

/** Orders what the selection says, and waits until the dispatcher has done it. Nothing is ordered where nothing waits. */
export async function orderRetries(
  kind: RetryOrder['kind'],
  selection: Selection,
  options: OrderingOptions,
): Promise<Ordered> {
  const { topics, write, accountOf, orderedBy, followMs, now } = options;
  const { targets, stretches, named } = await find(topics, selection);
  const notWaiting = [...selection.deliveryIds].filter((id) => !named.has(id));
  if (targets.length === 0) return { followed: [], notWaiting };
  const cancellations = kind === 'cancel' ? await topics.cancellations() : undefined;
  const orders = new Map<string, RetryOrder>();
  for (const { endpointId, value, lastAppendedMs } of targets) {
    const order: RetryOrder = {
      endpointId,
      accountId: await accountOf(value),
      kind,
      // All that was found, whatever the brokers' clock says.
      orderedAtMs: Math.max(now(), lastAppendedMs + 1),
      deliveryIds: selection.deliveryIds,
      orderedBy,
    };
    await write(order);
    orders.set(endpointId, order);
  }
  const remaining = await untilFollowed(topics, stretches, orders, now() + followMs, now);
  const cancelled = cancellations && (await countCancelled(cancellations, selection.deliveryIds));
  const followed = targets.map(({ endpointId, waiting: ordered }) => {
    const left = ordered - (remaining.get(endpointId) ?? 0);
    return {
      endpointId,
      accountId: orders.get(endpointId)!.accountId,
      ordered,
      remaining: ordered - left,
      // A dispatcher that was killed on the way may have left a dead letter twice.
      ...(cancelled && { cancelled: Math.min(cancelled.get(endpointId) ?? 0, left) }),
    };
  });
  return { followed, notWaiting };
}

/** By endpoint. */
async function countCancelled(
  cancellations: Cancellations,
  deliveryIds: ReadonlySet<string>,
): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  for await (const { endpointId, deliveryId } of cancellations()) {
    if (deliveryIds.size > 0 && !deliveryIds.has(deliveryId)) continue;
    counts.set(endpointId, (counts.get(endpointId) ?? 0) + 1);
  }
  return counts;
}

async function find(
  topics: RetryTopics,
  { endpointId, deliveryIds }: Selection,
): Promise<{ targets: Target[]; stretches: Stretch[]; named: ReadonlySet<string> }> {
  const named = new Set<string>();
  const targets = new Map<string, Target>();
  const stretches = new Map<string, Stretch>();
  for await (const { topic, partition, offset, appendedAtMs, delivery, value } of topics.scan()) {
    if (endpointId !== undefined && delivery.endpointId !== endpointId) continue;
    if (deliveryIds.size > 0 && !deliveryIds.has(delivery.deliveryId)) continue;
    if (deliveryIds.size > 0) named.add(delivery.deliveryId);
    const target = targets.get(delivery.endpointId) ?? {
      endpointId: delivery.endpointId,
      waiting: 0,
      value: value && Buffer.from(value),
      lastAppendedMs: 0,
    };
    target.waiting += 1;
    target.lastAppendedMs = Math.max(target.lastAppendedMs, appendedAtMs);
    targets.set(delivery.endpointId, target);
    stretches.set(`${topic}:${partition}`, { topic, partition, to: offset + 1 });
  }
  return { targets: [...targets.values()], stretches: [...stretches.values()], named };
}

/** How many of each endpoint still wait that are meant. */
async function untilFollowed(
  topics: RetryTopics,
  stretches: readonly Stretch[],
  orders: ReadonlyMap<string, RetryOrder>,
  untilMs: number,
  now: () => number,
): Promise<Map<string, number>> {
  for (let lookMs = FIRST_LOOK_MS; ; lookMs = Math.min(lookMs * 2, LAST_LOOK_MS)) {
    await delay(lookMs);
    const remaining = await countMeant(topics.scan({ stretches }), orders);
    if (remaining.size === 0 || now() >= untilMs) return remaining;
  }
}

async function countMeant(
  records: AsyncIterable<WaitingRecord>,
  orders: ReadonlyMap<string, RetryOrder>,
): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  for await (const { appendedAtMs, delivery } of records) {
    const { endpointId, deliveryId } = delivery;
    const order = orders.get(endpointId);
    if (!order || !isMeant(order, { deliveryId, appendedAtMs })) continue;
    counts.set(endpointId, (counts.get(endpointId) ?? 0) + 1);
  }
  return counts;
}
