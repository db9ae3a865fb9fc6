import { LRUCache } from 'lru-cache';
import { type Admission, type AdmissionLimits, createAdmission } from './admission.ts';
import { hasWaited, keepInMemory, type Placement, parkedUntil, place } from './overflow.ts';
import { attemptEnded, attemptStarted, drain, newPace, type Pace, sustained } from './pace.ts';
import type { DeliveryTask } from './task.ts';

/** A forgotten pace is a benefit of the doubt: the endpoint is taken for fast until it hangs. */
const MAX_PACES = 10_000;

/** Weight of the newest beat in the smoothed share of time in which we are busy. */
const BUSY_SMOOTHING = 0.3;

/** The admit step: the queues of the endpoints, whose turn it is, and what does not fit in memory. */
export interface Admit {
  /** Queues the delivery, or says until when it is to be parked. */
  arrive(task: DeliveryTask, nowMs: number): Placement;
  /** The delivery whose turn it is; its turn lasts until `ended`. */
  next(nowMs: number): DeliveryTask | undefined;
  /** `durationMs` is undefined where no request was made. */
  ended(endpointId: string, durationMs: number | undefined, nowMs: number): void;
  /**
   * Takes back what its endpoint, now slower than it was, will not reach in time. To be called at a steady beat while
   * anything is queued; `busyShare` is that of our event loop since the call before.
   */
  shed(nowMs: number, busyShare: number): { task: DeliveryTask; dueAtMs: number }[];
  /** Takes back what is queued of partitions that were lost. */
  withdrawLost(): void;
  readonly queued: number;
  readonly inFlight: number;
}

export function createAdmit(limits: AdmissionLimits): Admit {
  const admission: Admission<DeliveryTask> = createAdmission(limits);
  let busy = 0;
  const paces = new LRUCache<string, Pace>({ max: MAX_PACES });

  return {
    arrive(task, nowMs) {
      const { endpointId } = task.delivery;
      const pace = paceOf(endpointId, nowMs);
      const perMs = sustainedBy(endpointId, pace, nowMs);
      const load = { queued: admission.queuedOf(endpointId), backlog: drain(pace, perMs, nowMs), perMs };
      const placement = place(task.delivery, load, nowMs);
      const hadItsPlace = hasWaited(task.delivery) && placement.kind === 'queue';
      if (!hadItsPlace) pace.backlog += 1;
      if (placement.kind === 'queue') admission.add(endpointId, task.priority, task);
      return placement;
    },

    next(nowMs) {
      const turn = admission.next();
      if (!turn) return undefined;
      attemptStarted(paceOf(turn.endpointId, nowMs), admission.inFlightOf(turn.endpointId), nowMs);
      return turn.item;
    },

    ended(endpointId, durationMs, nowMs) {
      if (durationMs !== undefined) attemptEnded(paceOf(endpointId, nowMs), durationMs, nowMs);
      admission.finish(endpointId);
    },

    shed(nowMs, busyShare) {
      busy += (busyShare - busy) * BUSY_SMOOTHING;
      return [...admission.waiting()].flatMap((endpointId) => {
        const perMs = sustainedBy(endpointId, paceOf(endpointId, nowMs), nowMs);
        const keep = keepInMemory(admission.queuedOf(endpointId), perMs);
        if (keep === undefined) return [];
        return admission
          .shed(endpointId, keep)
          .map((task, n) => ({ task, dueAtMs: parkedUntil(task.delivery, keep + n, perMs, nowMs) }));
      });
    },

    withdrawLost() {
      admission.withdraw(({ record }) => !record.claim.isCurrent());
    },

    get queued() {
      return admission.queued;
    },
    get inFlight() {
      return admission.inFlight;
    },
  };

  function paceOf(endpointId: string, nowMs: number): Pace {
    const known = paces.get(endpointId);
    if (known) return known;
    const pace = newPace(nowMs);
    paces.set(endpointId, pace);
    return pace;
  }

  function sustainedBy(endpointId: string, pace: Pace, nowMs: number): number {
    return sustained(pace, admission.inFlightOf(endpointId), limits.maxInFlightOf(endpointId), nowMs, busy);
  }
}
