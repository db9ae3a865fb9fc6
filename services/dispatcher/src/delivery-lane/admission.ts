import { createFifo, type Fifo } from '../fifo.ts';

/** Live deliveries go before backfill, within an endpoint and among endpoints. */
export const PRIORITIES = ['live', 'backfill'] as const;

export type Priority = (typeof PRIORITIES)[number];

export interface AdmissionLimits {
  /** Attempts under way at once, over all endpoints. */
  maxInFlight: number;
  /** Attempts under way at once to one endpoint; asked at each turn, for it is configuration. */
  maxInFlightOf(endpointId: string): number;
}

/**
 * Who may start next: a queue for each endpoint, a bound on what is in flight to each and in all, and turns that go
 * round among the endpoints with work. An endpoint is never before another that has waited for a turn since its own
 * last one, however much it has queued. Holds state only for endpoints with something queued or in flight.
 */
export interface Admission<T> {
  add(endpointId: string, priority: Priority, item: T): void;
  /** Whose turn it is; it counts as in flight until `finish`. Undefined when nothing may start. */
  next(): { endpointId: string; item: T } | undefined;
  finish(endpointId: string): void;
  inFlightOf(endpointId: string): number;
  queuedOf(endpointId: string): number;
  /** Takes back what an endpoint has queued beyond its first `keep`, backfill first. */
  shed(endpointId: string, keep: number): T[];
  /** Takes back what is queued and the predicate is true for. */
  withdraw(predicate: (item: T) => boolean): T[];
  /** The endpoints that have something queued. */
  waiting(): Iterable<string>;
  readonly inFlight: number;
  readonly queued: number;
}

interface EndpointQueue<T> {
  endpointId: string;
  items: Record<Priority, Fifo<T>>;
  /** Whether it stands in the ring of that priority. */
  inRing: Record<Priority, boolean>;
  inFlight: number;
}

export function createAdmission<T>(limits: AdmissionLimits): Admission<T> {
  const endpoints = new Map<string, EndpointQueue<T>>();
  const rings: Record<Priority, Fifo<EndpointQueue<T>>> = { live: createFifo(), backfill: createFifo() };
  let inFlight = 0;
  let queued = 0;

  return {
    add(endpointId, priority, item) {
      const queue = endpoints.get(endpointId) ?? open(endpointId);
      queue.items[priority].push(item);
      queued += 1;
      joinRing(queue, priority);
    },

    next() {
      if (inFlight >= limits.maxInFlight) return undefined;
      for (const priority of PRIORITIES) {
        const queue = nextInRing(priority);
        if (!queue) continue;
        const item = queue.items[priority].shift() as T;
        queued -= 1;
        inFlight += 1;
        queue.inFlight += 1;
        joinRing(queue, priority);
        return { endpointId: queue.endpointId, item };
      }
      return undefined;
    },

    finish(endpointId) {
      const queue = endpoints.get(endpointId);
      if (!queue || queue.inFlight === 0) throw new Error(`Nothing is in flight to endpoint ${endpointId}`);
      queue.inFlight -= 1;
      inFlight -= 1;
      for (const priority of PRIORITIES) joinRing(queue, priority);
      closeIfIdle(queue);
    },

    inFlightOf: (endpointId) => endpoints.get(endpointId)?.inFlight ?? 0,

    queuedOf: (endpointId) => lengthOf(endpoints.get(endpointId)),

    shed(endpointId, keep) {
      const queue = endpoints.get(endpointId);
      if (!queue) return [];
      const { live, backfill } = queue.items;
      const keptLive = Math.min(live.length, keep);
      return withdrawn(queue, [...live.takeBeyond(keptLive), ...backfill.takeBeyond(keep - keptLive)]);
    },

    withdraw(predicate) {
      return [...endpoints.values()].flatMap((queue) =>
        withdrawn(
          queue,
          PRIORITIES.flatMap((priority) => queue.items[priority].takeWhere(predicate)),
        ),
      );
    },

    *waiting() {
      for (const queue of endpoints.values()) if (lengthOf(queue) > 0) yield queue.endpointId;
    },

    get inFlight() {
      return inFlight;
    },
    get queued() {
      return queued;
    },
  };

  function open(endpointId: string): EndpointQueue<T> {
    const queue: EndpointQueue<T> = {
      endpointId,
      items: { live: createFifo(), backfill: createFifo() },
      inRing: { live: false, backfill: false },
      inFlight: 0,
    };
    endpoints.set(endpointId, queue);
    return queue;
  }

  /** An endpoint at its limit leaves the ring, so that a turn costs the same however many are at theirs. */
  function joinRing(queue: EndpointQueue<T>, priority: Priority): void {
    if (queue.inRing[priority] || !mayStart(queue, priority)) return;
    queue.inRing[priority] = true;
    rings[priority].push(queue);
  }

  function nextInRing(priority: Priority): EndpointQueue<T> | undefined {
    for (;;) {
      const queue = rings[priority].shift();
      if (!queue) return undefined;
      queue.inRing[priority] = false;
      if (mayStart(queue, priority)) return queue;
    }
  }

  function mayStart(queue: EndpointQueue<T>, priority: Priority): boolean {
    return queue.items[priority].length > 0 && queue.inFlight < limits.maxInFlightOf(queue.endpointId);
  }

  function withdrawn(queue: EndpointQueue<T>, items: T[]): T[] {
    queued -= items.length;
    closeIfIdle(queue);
    return items;
  }

  function closeIfIdle(queue: EndpointQueue<T>): void {
    if (queue.inFlight === 0 && lengthOf(queue) === 0) endpoints.delete(queue.endpointId);
  }
}

function lengthOf<T>(queue: EndpointQueue<T> | undefined): number {
  return queue ? queue.items.live.length + queue.items.backfill.length : 0;
}
