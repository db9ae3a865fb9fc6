import { createDueHeap } from '../due-heap.ts';
import { createFifo, type Fifo } from '../fifo.ts';
import { createHostLines, type Host } from './host-lines.ts';
import { PRIORITIES, type Priority } from './priority.ts';

export interface AdmissionLimits {
  /** Attempts under way at once, over all endpoints. */
  maxInFlight: number;
  /** Attempts under way at once to one destination host. */
  maxInFlightPerHost: number;
  /** Attempts under way at once to one endpoint; asked at each turn, for it is configuration. */
  maxInFlightOf(endpointId: string, nowMs: number): number;
  /** Of these, with backfill. */
  maxBackfillInFlightOf(endpointId: string): number;
  /** Asked when an endpoint without work gets some. */
  hostOf(endpointId: string): string;
  /** When the endpoint's next attempt may start; Infinity for not before another of its attempts has ended. */
  startsAtMs(endpointId: string, nowMs: number): number;
}

/**
 * Who may start next: a queue for each endpoint, a bound on what is in flight to each, to each host and in all, and
 * turns that go round among the endpoints with work. An endpoint is never before another that has waited for a turn
 * since its own last one, however much it has queued. Holds state only for endpoints with something queued or in flight.
 */
export interface Admission<T> {
  add(endpointId: string, priority: Priority, item: T, nowMs: number): void;
  /**
   * Whose turn it is, with live deliveries or, as the default, with backfill too; it counts as in flight until
   * `finish`. Undefined when nothing may start.
   */
  next(nowMs: number, least?: Priority): { endpointId: string; item: T } | undefined;
  finish(endpointId: string, priority: Priority, nowMs: number): void;
  inFlightOf(endpointId: string): number;
  queuedOf(endpointId: string): number;
  /** What is queued of it that one more delivery of that priority would wait behind. */
  queuedAhead(endpointId: string, priority: Priority): number;
  /** What is queued of it in front, live before backfill. */
  headOf(endpointId: string): T | undefined;
  /** Attempts at once to its host that an endpoint can count on, while others have work for the same host. */
  hostShareOf(endpointId: string): number;
  /** Whether it is the endpoint, or its host, that has no room for more; else what is queued waits for us. */
  isFull(endpointId: string, nowMs: number): boolean;
  /** Takes back what an endpoint has queued beyond its first `keep`, backfill first. */
  shed(endpointId: string, keep: number): T[];
  /** Takes back what is queued and the predicate is true for. */
  withdraw(predicate: (item: T) => boolean): T[];
  /** The endpoints that have something queued. */
  waiting(): Iterable<string>;
  /** When `next` is to be asked again though nothing arrives or ends; undefined where time alone changes nothing. */
  readonly nextStartMs: number | undefined;
  readonly inFlight: number;
  readonly queued: number;
}

/** Where an endpoint stands with its live deliveries, and with its backfill. */
type Standing = 'nowhere' | 'ring' | 'called' | 'host line';

interface EndpointQueue<T> {
  endpointId: string;
  host: Host<EndpointQueue<T>>;
  items: Record<Priority, Fifo<T>>;
  standing: Record<Priority, Standing>;
  /** It is known that it may not start before a time: it stands nowhere until then. */
  timed: boolean;
  inFlight: number;
  backfillInFlight: number;
}

const LIVE_ALONE: readonly Priority[] = ['live'];

export function createAdmission<T>(limits: AdmissionLimits): Admission<T> {
  const endpoints = new Map<string, EndpointQueue<T>>();
  const rings: Record<Priority, Fifo<EndpointQueue<T>>> = { live: createFifo(), backfill: createFifo() };
  const hosts = createHostLines<EndpointQueue<T>>(limits.maxInFlightPerHost);
  const timed = createDueHeap<EndpointQueue<T>>();
  let inFlight = 0;
  let queued = 0;

  return {
    add(endpointId, priority, item, nowMs) {
      const queue = endpoints.get(endpointId) ?? open(endpointId);
      queue.items[priority].push(item);
      queued += 1;
      joinRing(queue, priority, nowMs);
    },

    next(nowMs, least = 'backfill') {
      if (inFlight >= limits.maxInFlight) return undefined;
      for (let queue = timed.popDue(nowMs); queue; queue = timed.popDue(nowMs)) {
        queue.timed = false;
        joinRings(queue, nowMs);
      }
      for (const priority of least === 'live' ? LIVE_ALONE : PRIORITIES) {
        const queue = nextInRing(priority, nowMs);
        if (!queue) continue;
        const item = queue.items[priority].shift() as T;
        queued -= 1;
        inFlight += 1;
        queue.inFlight += 1;
        if (priority === 'backfill') queue.backfillInFlight += 1;
        queue.host.inFlight += 1;
        joinRing(queue, priority, nowMs);
        return { endpointId: queue.endpointId, item };
      }
      return undefined;
    },

    finish(endpointId, priority, nowMs) {
      const queue = endpoints.get(endpointId);
      if (!queue || queue.inFlight === 0) throw new Error(`Nothing is in flight to endpoint ${endpointId}`);
      queue.inFlight -= 1;
      if (priority === 'backfill') queue.backfillInFlight -= 1;
      queue.host.inFlight -= 1;
      inFlight -= 1;
      callFrom(queue.host);
      joinRings(queue, nowMs);
      closeIfIdle(queue);
    },

    inFlightOf: (endpointId) => endpoints.get(endpointId)?.inFlight ?? 0,

    queuedOf: (endpointId) => lengthOf(endpoints.get(endpointId)),

    queuedAhead(endpointId, priority) {
      const queue = endpoints.get(endpointId);
      return priority === 'live' ? (queue?.items.live.length ?? 0) : lengthOf(queue);
    },

    headOf(endpointId) {
      const items = endpoints.get(endpointId)?.items;
      return items?.live.peek() ?? items?.backfill.peek();
    },

    hostShareOf(endpointId) {
      return limits.maxInFlightPerHost / (endpoints.get(endpointId)?.host.endpoints ?? 1);
    },

    isFull(endpointId, nowMs) {
      const queue = endpoints.get(endpointId);
      if (!queue) return false;
      if (!hasPlace(queue, 'backfill', nowMs)) return true;
      return PRIORITIES.some((priority) => queue.standing[priority] === 'host line');
    },

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

    get nextStartMs() {
      return inFlight >= limits.maxInFlight ? undefined : timed.nextDueMs;
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
      host: hosts.enter(limits.hostOf(endpointId)),
      items: { live: createFifo(), backfill: createFifo() },
      standing: { live: 'nowhere', backfill: 'nowhere' },
      timed: false,
      inFlight: 0,
      backfillInFlight: 0,
    };
    endpoints.set(endpointId, queue);
    return queue;
  }

  /** An endpoint that may not start leaves the ring, so that a turn costs the same however many there are of them. */
  function joinRing(queue: EndpointQueue<T>, priority: Priority, nowMs: number): void {
    if (queue.timed || queue.standing[priority] !== 'nowhere' || !mayStart(queue, priority, nowMs)) return;
    queue.standing[priority] = 'ring';
    rings[priority].push(queue);
  }

  function joinRings(queue: EndpointQueue<T>, nowMs: number): void {
    for (const priority of PRIORITIES) joinRing(queue, priority, nowMs);
  }

  function callFrom(host: Host<EndpointQueue<T>>): void {
    for (let called = hosts.call(host); called; called = hosts.call(host)) {
      called.queue.standing[called.priority] = 'called';
      rings[called.priority].push(called.queue);
    }
  }

  function nextInRing(priority: Priority, nowMs: number): EndpointQueue<T> | undefined {
    for (;;) {
      const queue = rings[priority].shift();
      if (!queue) return undefined;
      const { host } = queue;
      const wasCalled = queue.standing[priority] === 'called';
      queue.standing[priority] = 'nowhere';
      if (wasCalled) host.called -= 1;
      if (mayStart(queue, priority, nowMs) && isTime(queue, nowMs)) {
        if (hosts.hasPlace(host)) return queue;
        queue.standing[priority] = 'host line';
        hosts.lineUp(host, priority, queue);
      } else if (wasCalled) callFrom(host);
    }
  }

  function mayStart(queue: EndpointQueue<T>, priority: Priority, nowMs: number): boolean {
    return queue.items[priority].length > 0 && hasPlace(queue, priority, nowMs);
  }

  function hasPlace(queue: EndpointQueue<T>, priority: Priority, nowMs: number): boolean {
    const { endpointId, inFlight, backfillInFlight } = queue;
    if (inFlight >= limits.maxInFlightOf(endpointId, nowMs)) return false;
    return priority === 'live' || backfillInFlight < limits.maxBackfillInFlightOf(endpointId);
  }

  /** An endpoint whose time has not come is looked at again when it comes. */
  function isTime(queue: EndpointQueue<T>, nowMs: number): boolean {
    if (queue.timed) return false;
    const startsAtMs = limits.startsAtMs(queue.endpointId, nowMs);
    if (startsAtMs <= nowMs) return true;
    if (startsAtMs < Infinity) {
      queue.timed = true;
      timed.push(startsAtMs, queue);
    }
    return false;
  }

  function withdrawn(queue: EndpointQueue<T>, items: T[]): T[] {
    queued -= items.length;
    closeIfIdle(queue);
    return items;
  }

  function closeIfIdle(queue: EndpointQueue<T>): void {
    if (queue.inFlight > 0 || lengthOf(queue) > 0 || endpoints.get(queue.endpointId) !== queue) return;
    endpoints.delete(queue.endpointId);
    hosts.leave(queue.host);
  }
}

function lengthOf<T>(queue: EndpointQueue<T> | undefined): number {
  return queue ? queue.items.live.length + queue.items.backfill.length : 0;
}
