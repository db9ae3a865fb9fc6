import { createFifo, type Fifo } from '../fifo.ts';
import { PRIORITIES, type Priority } from './priority.ts';

/** A destination host, shared by the endpoints that have it in their URL. */
export interface Host<Q> {
  name: string;
  inFlight: number;
  /** Places kept for those called out of the line. */
  called: number;
  /** Endpoints with something queued or in flight. */
  endpoints: number;
  line: Record<Priority, Fifo<Q>>;
}

/**
 * A bound on what is in flight to one host. Endpoints whose host has no place stand in the line of that host, each
 * once, in order of arrival, and are called when a place is free: nobody who comes meanwhile takes it before them, and
 * nobody else's turn is spent on them. Holds state only for hosts of endpoints with work.
 */
export interface HostLines<Q> {
  enter(name: string): Host<Q>;
  leave(host: Host<Q>): void;
  hasPlace(host: Host<Q>): boolean;
  lineUp(host: Host<Q>, priority: Priority, queue: Q): void;
  /** Who may have the places that are free, live ones first. To be asked whenever one has become free. */
  call(host: Host<Q>): { queue: Q; priority: Priority } | undefined;
}

export function createHostLines<Q>(maxInFlightPerHost: number): HostLines<Q> {
  const hosts = new Map<string, Host<Q>>();

  return {
    enter(name) {
      let host = hosts.get(name);
      if (!host) {
        const line = { live: createFifo<Q>(), backfill: createFifo<Q>() };
        host = { name, inFlight: 0, called: 0, endpoints: 0, line };
        hosts.set(name, host);
      }
      host.endpoints += 1;
      return host;
    },

    leave(host) {
      host.endpoints -= 1;
      if (host.endpoints === 0) hosts.delete(host.name);
    },

    hasPlace,

    lineUp: (host, priority, queue) => host.line[priority].push(queue),

    call(host) {
      if (!hasPlace(host)) return undefined;
      for (const priority of PRIORITIES) {
        const queue = host.line[priority].shift();
        if (!queue) continue;
        host.called += 1;
        return { queue, priority };
      }
      return undefined;
    },
  };

  function hasPlace(host: Host<Q>): boolean {
    return host.inFlight + host.called < maxInFlightPerHost;
  }
}
