import { TOPICS } from '@herald/contracts/topics';
import type { ReceiverSign } from '@herald/domain/receiver-sign';
import { LRUCache } from 'lru-cache';
import { type Admission, createAdmission } from './admission.ts';
import { attemptSeen, breakerState, probeEnded, probeStarted } from './breaker.ts';
import { createCrowding, type WindowBounds } from './crowding.ts';
import {
  isCounted,
  keepInMemory,
  type Parking,
  type Placement,
  parkedUntil,
  parkedWhileOpen,
  place,
} from './overflow.ts';
import { attemptEnded, attemptStarted } from './pace.ts';
import type { Priority } from './priority.ts';
import { opensAtMs, pass } from './rate-gate.ts';
import type { DeliveryTask } from './task.ts';
import {
  beginOutage,
  type Course,
  courseOf,
  drain,
  endOfQueue,
  endOutage,
  isForgettable,
  lengthen,
  newTraffic,
  promise,
  rampOf,
  type Traffic,
  type TrafficPolicy,
  timeFor,
} from './traffic.ts';

/** As many endpoints as one dispatcher is built for. One that is forgotten has the benefit of the doubt. */
const MAX_ENDPOINTS = 10_000;

/** How often what is idle is forgotten. */
const FORGET_EVERY_MS = 30_000;

/** An endpoint whose start is further off is looked at sooner: its limit may be raised meanwhile. */
const MAX_LOOK_AHEAD_MS = 1_000;

/** Weight of the newest beat in the smoothed share of time in which we are busy. */
const BUSY_SMOOTHING = 0.3;

export interface AdmitOptions {
  /** Attempts under way at once, over all endpoints, and to one destination host. */
  maxInFlight: number;
  maxInFlightPerHost: number;
  /** What the lane may hold of one partition. */
  window: WindowBounds;
  /** Asked at each turn, for it is configuration; undefined for a deleted endpoint, which is spared nothing. */
  policyOf(endpointId: string): TrafficPolicy | undefined;
  hostOf(endpointId: string): string;
  onBreaker(endpointId: string, to: 'open' | 'closed'): void;
}

/** What an attempt told of its endpoint. */
export interface AttemptEnd {
  durationMs: number;
  sign: ReceiverSign;
  /** The wait that the receiver asked for by Retry-After, 0 for none. */
  askedMs: number;
}

/** A delivery that was queued, and what is to be done with it instead. */
export interface Shed {
  task: DeliveryTask;
  parking: Parking;
}

/**
 * The admit step: the queues of the endpoints, whose turn it is, and what does not fit in memory. Rate limit, breaker
 * and pace all come to one thing: when a delivery may start. One that may start soon waits in memory, another is
 * parked in the retry tier of its time.
 */
export interface Admit {
  /** Queues the delivery, or says what is to be done with it instead. */
  arrive(task: DeliveryTask, nowMs: number): Placement;
  /** The delivery whose turn it is, a live one where `least` says so; its turn lasts until `ended`. */
  next(nowMs: number, least?: Priority): DeliveryTask | undefined;
  /** `end` is undefined where no request was made. */
  ended(task: DeliveryTask, end: AttemptEnd | undefined, nowMs: number): void;
  /**
   * Takes back what its endpoint, now slower than it was or failing, will not reach in time. To be called at a steady
   * beat while anything is queued; `busyShare` is that of our event loop since the call before.
   */
  shed(nowMs: number, busyShare: number): Shed[];
  /** Takes back what is queued of partitions that were lost. */
  withdrawLost(): void;
  /** When `next` is to be asked again though nothing arrives or ends. */
  readonly nextStartMs: number | undefined;
  readonly queued: number;
  readonly inFlight: number;
  /** Endpoints of which something is remembered, and those of them whose breaker is open or half open. */
  census(nowMs: number): { known: number; open: number };
}

export function createAdmit(options: AdmitOptions): Admit {
  const { maxInFlight, maxInFlightPerHost, policyOf, hostOf, onBreaker } = options;
  const traffics = new LRUCache<string, Traffic>({ max: MAX_ENDPOINTS });
  const crowding = createCrowding(options.window);
  const admission: Admission<DeliveryTask> = createAdmission({
    maxInFlight,
    maxInFlightPerHost,
    hostOf,
    maxInFlightOf,
    maxBackfillInFlightOf: (endpointId) => maxInOrder(policyOf(endpointId)),
    startsAtMs,
  });
  let busy = 0;
  let forgetAtMs = 0;

  return {
    arrive(task, nowMs) {
      forgetIdle(nowMs);
      const { delivery, priority } = task;
      const { endpointId } = delivery;
      const traffic = trafficOf(task, nowMs);
      traffic.claim = task.record.claim;
      if (traffic.breaker.open) {
        if (admission.queuedOf(endpointId) >= placesOfProbe(traffic, nowMs)) {
          return untilProbe(traffic, task, nowMs);
        }
        return enqueue(task, nowMs);
      }
      const course = courseTo(endpointId, traffic, nowMs);
      drain(traffic, course, nowMs);
      const queued = admission.queuedAhead(endpointId, priority);
      const endMs = endOfQueue(traffic.queues[priority], queued, course, nowMs);
      const isCrowded = crowding.isCrowded(task.record.claim);
      const isFull = admission.isFull(endpointId, nowMs);
      const placement = place(delivery, { queued, endMs, course, isCrowded, isFull }, nowMs);
      if (!isOffered(task) && !isCounted(delivery, placement, nowMs)) {
        promise(traffic, priority, endMs, course);
        lengthen(traffic, priority);
      }
      if (placement.kind === 'park') return placement;
      return enqueue(task, nowMs);
    },

    next(nowMs, least) {
      const turn = admission.next(nowMs, least);
      if (!turn) return undefined;
      const { endpointId, item: task } = turn;
      const traffic = trafficOf(task, nowMs);
      crowding.remove(task.record);
      attemptStarted(traffic.pace, admission.inFlightOf(endpointId), nowMs);
      pass(traffic.gate, perSecondOf(endpointId, traffic, nowMs), nowMs);
      if (traffic.breaker.open) {
        probeStarted(traffic.breaker);
        traffic.probe = task;
      }
      return task;
    },

    ended(task, end, nowMs) {
      const { endpointId } = task.delivery;
      const traffic = trafficOf(task, nowMs);
      if (end) attemptEnded(traffic.pace, end.durationMs, nowMs);
      learn(task, traffic, end, nowMs);
      admission.finish(endpointId, task.priority, nowMs);
    },

    shed(nowMs, busyShare) {
      busy += (busyShare - busy) * BUSY_SMOOTHING;
      return [...admission.waiting()].flatMap((endpointId) => shedOf(endpointId, nowMs));
    },

    withdrawLost() {
      for (const { record } of admission.withdraw(({ record }) => !record.claim.isCurrent())) {
        crowding.remove(record);
      }
      // Its next owner finds out for itself; should it come back, so do we.
      forget(({ claim }) => !claim.isCurrent());
    },

    get nextStartMs() {
      return admission.nextStartMs;
    },
    get queued() {
      return admission.queued;
    },
    get inFlight() {
      return admission.inFlight;
    },

    census(nowMs) {
      const states = [...traffics.values()].map(({ breaker }) => breakerState(breaker, nowMs));
      return { known: states.length, open: states.filter((state) => state !== 'closed').length };
    },
  };

  function trafficOf({ delivery, record }: DeliveryTask, nowMs: number): Traffic {
    let traffic = traffics.get(delivery.endpointId);
    if (!traffic) {
      traffic = newTraffic(record.claim, nowMs);
      traffics.set(delivery.endpointId, traffic);
    }
    traffic.seenAtMs = nowMs;
    return traffic;
  }

  function enqueue(task: DeliveryTask, nowMs: number): Placement {
    admission.add(task.delivery.endpointId, task.priority, task, nowMs);
    crowding.add(task.record);
    return { kind: 'queue' };
  }

  function shedOf(endpointId: string, nowMs: number): Shed[] {
    const head = admission.headOf(endpointId);
    if (!head) return [];
    const traffic = trafficOf(head, nowMs);
    const course = courseTo(endpointId, traffic, nowMs);
    const queued = admission.queuedOf(endpointId);
    const isCrowded = crowding.isCrowded(head.record.claim);
    const isFull = admission.isFull(endpointId, nowMs);
    const isFailing = breakerState(traffic.breaker, nowMs) !== 'closed';
    const keep = isFailing
      ? placesOfProbe(traffic, nowMs)
      : keepInMemory({ queued, course, isCrowded, isFull });
    if (keep === undefined || keep >= queued) return [];
    // What came before the pace was known has no place in the virtual queue yet.
    const { live, backfill } = traffic.queues;
    backfill.backlog = Math.max(drain(traffic, course, nowMs), queued);
    live.backlog = Math.max(live.backlog, admission.queuedAhead(endpointId, 'live'));
    return admission.shed(endpointId, keep).map((task) => {
      crowding.remove(task.record);
      if (isFailing) return { task, parking: untilProbe(traffic, task, nowMs) };
      // The near future is promised to what is parked already: before it, all of them would come in vain.
      const { priority } = task;
      const turnMs = Math.max(nowMs + timeFor(keep, course), traffic.queues[priority].nextFreeMs);
      if (!isOffered(task)) promise(traffic, priority, turnMs, course);
      return { task, parking: parkedUntil(task.delivery, turnMs, course, nowMs) };
    });
  }

  function courseTo(endpointId: string, traffic: Traffic, nowMs: number): Course {
    const policy = policyOf(endpointId);
    const { maxConcurrency = maxInFlight, rateLimitPerSecond } = policy ?? {};
    const inFlight = admission.inFlightOf(endpointId);
    const share = Math.min(maxConcurrency, maxInOrder(policy), admission.hostShareOf(endpointId));
    return courseOf(traffic, { inFlight, share, busyShare: busy, rateLimitPerSecond }, nowMs);
  }

  function maxInFlightOf(endpointId: string, nowMs: number): number {
    const maxConcurrency = policyOf(endpointId)?.maxConcurrency ?? maxInFlight;
    const traffic = traffics.peek(endpointId);
    return traffic ? Math.min(maxConcurrency, rampOf(traffic, nowMs).maxInFlight) : maxConcurrency;
  }

  function perSecondOf(endpointId: string, traffic: Traffic, nowMs: number): number {
    const limit = policyOf(endpointId)?.rateLimitPerSecond ?? Infinity;
    return Math.min(limit, rampOf(traffic, nowMs).perSecond);
  }

  function startsAtMs(endpointId: string, nowMs: number): number {
    const traffic = traffics.peek(endpointId);
    if (!traffic) return nowMs;
    const { open } = traffic.breaker;
    if (open?.probing) return Infinity;
    const opensMs = opensAtMs(traffic.gate, perSecondOf(endpointId, traffic, nowMs), nowMs);
    return Math.min(Math.max(opensMs, open?.probeAtMs ?? 0), nowMs + MAX_LOOK_AHEAD_MS);
  }

  /** What the end of a turn says of the endpoint's health. */
  function learn(task: DeliveryTask, traffic: Traffic, end: AttemptEnd | undefined, nowMs: number): void {
    const { endpointId } = task.delivery;
    const { sign, askedMs } = end ?? { sign: 'none', askedMs: 0 };
    if (traffic.probe === task) {
      traffic.probe = undefined;
      traffic.probeIsParked = false;
      if (!probeEnded(traffic.breaker, sign, askedMs, endpointId, nowMs)) return;
      endOutage(traffic, end, nowMs);
      onBreaker(endpointId, 'closed');
    } else if (attemptSeen(traffic.breaker, sign, askedMs, endpointId, nowMs)) {
      beginOutage(traffic, nowMs);
      onBreaker(endpointId, 'open');
    }
  }

  function forgetIdle(nowMs: number): void {
    if (nowMs < forgetAtMs) return;
    forgetAtMs = nowMs + FORGET_EVERY_MS;
    forget((traffic, endpointId) => {
      drain(traffic, courseTo(endpointId, traffic, nowMs), nowMs);
      return isForgettable(traffic, nowMs);
    });
  }

  function forget(isToGo: (traffic: Traffic, endpointId: string) => boolean): void {
    for (const [endpointId, traffic] of [...traffics.entries()]) {
      const isBusy = admission.queuedOf(endpointId) + admission.inFlightOf(endpointId) > 0;
      if (!isBusy && isToGo(traffic, endpointId)) traffics.delete(endpointId);
    }
  }
}

/** What is live of an ordered endpoint comes one at a time from webhook.held; a replay, that goes past it, does so, too. */
function maxInOrder(policy: TrafficPolicy | undefined): number {
  return policy?.ordering === 'publication' ? 1 : Infinity;
}

/** How many may be queued of an endpoint that is failing: the probe, once it is due and while none is under way. */
function placesOfProbe({ breaker }: Traffic, nowMs: number): number {
  return breakerState(breaker, nowMs) === 'half_open' && !breaker.open?.probing ? 1 : 0;
}

/** What is released from webhook.held and finds no room goes back there and is offered again: it takes no turn. */
function isOffered({ record }: DeliveryTask): boolean {
  return record.topic === TOPICS.held;
}

function untilProbe(traffic: Traffic, { delivery }: DeliveryTask, nowMs: number): Parking {
  const open = traffic.breaker.open as NonNullable<Traffic['breaker']['open']>;
  const isProbe = !traffic.probeIsParked && nowMs < open.probeAtMs;
  if (isProbe) traffic.probeIsParked = true;
  return parkedWhileOpen(delivery, open, isProbe, nowMs);
}
