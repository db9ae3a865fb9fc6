import type { Delivery } from '@herald/domain/delivery';
import type { Endpoint } from '@herald/domain/endpoint';
import type { Outcome } from '@herald/domain/outcome';
import { readWebhook } from '@herald/domain/reading';
import { receiverSign } from '@herald/domain/receiver-sign';
import { leaveTierAt, type RetryTierName, tierAfter, tierForWait } from '@herald/domain/retry-tiers';
import { judge } from '@herald/domain/verdict';
import { type Admit, createAdmit } from '../src/delivery-lane/admit.ts';
import type { Parking } from '../src/delivery-lane/overflow.ts';
import type { Priority } from '../src/delivery-lane/priority.ts';
import type { DeliveryTask } from '../src/delivery-lane/task.ts';
import { createDueHeap } from '../src/due-heap.ts';
import { createFifo } from '../src/fifo.ts';
import { claimOn, deliveryOf, endpointOf, recordOf } from './fakes.ts';

/** What a receiver does with an attempt that starts at that time. */
export type VirtualReceiver = (nowMs: number) => { durationMs: number; status: number };

/** What happened to one delivery. */
export interface Life {
  endpointId: string;
  publishedAtMs: number;
  /** Received by the lane for the first time: there was room in the window. */
  receivedAtMs: number | undefined;
  startsAtMs: number[];
  /** Writes into a retry tier: parkings, retries and the hops between tiers. */
  tierWrites: number;
  parkings: number;
  deliveredAtMs: number | undefined;
  isDead: boolean;
}

export interface VirtualLane {
  readonly nowMs: number;
  readonly lives: readonly Life[];
  readonly admit: Admit;
  addEndpoint(given: Partial<Endpoint> & { id: string }, receiver: VirtualReceiver): void;
  publish(endpointId: string, atMs: number, count?: number, priority?: Priority): void;
  /** Lets the time pass until nothing is left to happen, or that time. */
  runUntil(endMs: number): void;
  /** Forgets what a process forgets when it is killed; what was in flight or in memory is received again. */
  restart(): void;
}

const BEAT_MS = 250;

/**
 * The admit step and the decisions of verdict and retry tiers as they are, on one partition and a clock that leaps from
 * one moment to the next. Kafka takes no time and the dispatcher needs no CPU: what is left is what the rules decide.
 */
export function createVirtualLane({ startMs = 1_700_000_000_000, windowRecords = 4_000 } = {}): VirtualLane {
  const endpoints = new Map<string, { endpoint: Endpoint; receiver: VirtualReceiver }>();
  const lives: Life[] = [];
  const lifeOf = new Map<string, Life>();
  const moments = createDueHeap<() => void>();
  const log = createFifo<DeliveryTask>();
  let unfinished = new Set<DeliveryTask>();
  let nowMs = startMs;
  let admit = newAdmit();
  let epoch = 0;
  let beatIsSet = false;
  let wakeAtMs = Infinity;

  return {
    get nowMs() {
      return nowMs;
    },
    lives,
    get admit() {
      return admit;
    },
    addEndpoint(given, receiver) {
      endpoints.set(given.id, { endpoint: endpointOf({ url: `https://${given.id}/`, ...given }), receiver });
    },
    publish(endpointId, atMs, count = 1, priority = 'live') {
      moments.push(atMs, () => {
        for (let n = 0; n < count; n++) append(newDelivery(endpointId, priority));
      });
    },
    runUntil(endMs) {
      for (;;) {
        const dueMs = moments.nextDueMs;
        if (dueMs === undefined || dueMs > endMs) break;
        nowMs = Math.max(nowMs, dueMs);
        moments.popDue(dueMs)?.();
        pump();
      }
    },
    restart() {
      epoch += 1;
      const again = [...unfinished];
      unfinished = new Set();
      admit = newAdmit();
      wakeAtMs = Infinity;
      for (const task of again) append(task);
      pump();
    },
  };

  function newAdmit(): Admit {
    return createAdmit({
      maxInFlight: 1_000,
      maxInFlightPerHost: 256,
      window: { records: windowRecords, bytes: Infinity },
      policyOf: (id) => endpoints.get(id)?.endpoint,
      hostOf: (id) => endpoints.get(id)!.endpoint.url,
      onBreaker: () => {},
    });
  }

  function newDelivery(endpointId: string, priority: Priority): DeliveryTask {
    const deliveryId = `${endpointId}-${lives.length}`;
    const life: Life = {
      endpointId,
      publishedAtMs: nowMs,
      receivedAtMs: undefined,
      startsAtMs: [],
      tierWrites: 0,
      parkings: 0,
      deliveredAtMs: undefined,
      isDead: false,
    };
    lives.push(life);
    lifeOf.set(deliveryId, life);
    return taskOf(deliveryOf({ deliveryId, endpointId }), priority);
  }

  function append(task: DeliveryTask): void {
    log.push(task);
  }

  /** The lane: receive while the window has room, start whatever may start, look at the queues at a beat. */
  function pump(): void {
    for (let isStuck = false; !isStuck; ) {
      isStuck = true;
      while (unfinished.size < windowRecords && log.length > 0) {
        isStuck = false;
        receive(log.shift() as DeliveryTask);
      }
      for (let task = admit.next(nowMs); task; task = admit.next(nowMs)) {
        isStuck = false;
        start(task);
      }
    }
    if (admit.queued > 0 && !beatIsSet) {
      beatIsSet = true;
      moments.push(nowMs + BEAT_MS, beat);
    }
    const nextMs = admit.nextStartMs;
    if (nextMs !== undefined && (nextMs < wakeAtMs || wakeAtMs <= nowMs)) {
      wakeAtMs = nextMs;
      moments.push(nextMs, () => {});
    }
  }

  function receive(task: DeliveryTask): void {
    unfinished.add(task);
    lifeIn(task).receivedAtMs ??= nowMs;
    const placement = admit.arrive(task, nowMs);
    if (placement.kind !== 'queue') park(task, placement);
  }

  function beat(): void {
    beatIsSet = false;
    for (const { task, parking } of admit.shed(nowMs, 0)) park(task, parking);
  }

  function park(task: DeliveryTask, { dueAtMs, turnAtMs }: Parking): void {
    lifeIn(task).parkings += 1;
    unfinished.delete(task);
    wait(steppedOn(task, task.delivery.attempts, dueAtMs, turnAtMs), tierForWait(dueAtMs - nowMs));
  }

  /** One write into a tier, and what the retry lane does when it is over. */
  function wait(task: DeliveryTask, tier: RetryTierName): void {
    lifeIn(task).tierWrites += 1;
    const { dueAtMs } = task.delivery;
    moments.push(leaveTierAt(tier, nowMs, dueAtMs), () => {
      const next = tierAfter(dueAtMs, nowMs);
      if (next) wait(task, next);
      else append(task);
    });
  }

  function start(task: DeliveryTask): void {
    lifeIn(task).startsAtMs.push(nowMs);
    const startedIn = epoch;
    const { receiver } = endpoints.get(task.delivery.endpointId)!;
    const { durationMs, status } = receiver(nowMs);
    moments.push(nowMs + durationMs, () => {
      if (epoch === startedIn) end(task, durationMs, status);
    });
  }

  function end(task: DeliveryTask, durationMs: number, status: number): void {
    const { delivery } = task;
    const outcome: Outcome = {
      kind: 'response',
      status,
      headers: {},
      body: Buffer.alloc(0),
      bodyTruncated: false,
    };
    admit.ended(task, { durationMs, sign: receiverSign(outcome), askedMs: 0 }, nowMs);
    unfinished.delete(task);
    const { retrySchedule } = endpoints.get(delivery.endpointId)!.endpoint;
    const attempts = delivery.attempts + 1;
    const verdict = judge({
      reading: readWebhook(outcome, nowMs),
      retrySchedule,
      attemptNumber: attempts,
      deliveryId: delivery.deliveryId,
      step: delivery.step,
      nowMs,
    });
    if (verdict.kind === 'delivered') lifeIn(task).deliveredAtMs = nowMs;
    else if (verdict.kind === 'retry') {
      const { dueAtMs, tier } = verdict;
      wait(steppedOn(task, attempts, dueAtMs), tier);
    } else lifeIn(task).isDead = true;
  }

  function lifeIn({ delivery }: DeliveryTask): Life {
    return lifeOf.get(delivery.deliveryId) as Life;
  }
}

function steppedOn(task: DeliveryTask, attempts: number, dueAtMs: number, turnAtMs?: number): DeliveryTask {
  const { turnAtMs: _, ...delivery } = task.delivery;
  const next = { ...delivery, attempts, step: delivery.step + 1, dueAtMs };
  return taskOf(turnAtMs === undefined ? next : { ...next, turnAtMs }, task.priority);
}

const CLAIM = claimOn('webhook.deliveries');

function taskOf(delivery: Delivery, priority: Priority): DeliveryTask {
  return { delivery, priority, record: recordOf({ claim: CLAIM, offset: 0 }) };
}
