import { setTimeout as sleep } from 'node:timers/promises';
import type { ReadyMessage } from '@herald/service-kit/service';
import type { Ended, ServiceProcess } from '@herald/service-kit/service-process';
import { backoffMs } from './backoff.ts';

/** A moment in the life of a supervised service. */
export type Change =
  | { kind: 'started'; service: string; pid: number }
  | { kind: 'ready'; service: string; pid: number; ready: ReadyMessage }
  | { kind: 'ended'; service: string; ended: Ended; restartInMs: number }
  | { kind: 'stopped'; service: string; ended: Ended };

export interface SupervisorOptions {
  /** In the order in which they stop: what takes work in first, what records it last. */
  services: readonly string[];
  fork(service: string): ServiceProcess;
  onChange(change: Change): void;
  now?: () => number;
}

export interface Supervisor {
  /** Resolves with true when every service is ready for the first time; with false when one ended before it was. */
  ready: Promise<boolean>;
  /** SIGTERM to one service after the other. Resolves when none is left; a second call kills what is left. */
  stop(): Promise<void>;
}

/** A service that ran this long was well: its next crash is the first in a row. */
const STEADY_MS = 60_000;

/** Starts the services together, and starts again any that crashes once it has been ready. */
export function supervise({ services, fork, onChange, now = Date.now }: SupervisorOptions): Supervisor {
  const running = new Map<string, ServiceProcess>();
  const stopping = new AbortController();
  const first = new Map(services.map((service) => [service, Promise.withResolvers<boolean>()]));
  const kept = services.map(keepRunning);

  async function keepRunning(service: string): Promise<void> {
    for (let crashesInARow = 0; !stopping.signal.aborted; ) {
      const startedAtMs = now();
      const process = fork(service);
      running.set(service, process);
      onChange({ kind: 'started', service, pid: process.pid });
      const ready = await process.ready;
      if (ready) onChange({ kind: 'ready', service, pid: process.pid, ready });
      first.get(service)?.resolve(ready !== undefined);
      const ended = await process.ended;
      running.delete(service);

      // One that never got ready has a mistake in its configuration: `ready` tells, and the caller stops the others.
      const neverReady = crashesInARow === 0 && !ready;
      if (stopping.signal.aborted || neverReady) return onChange({ kind: 'stopped', service, ended });
      crashesInARow = now() - startedAtMs >= STEADY_MS ? 1 : crashesInARow + 1;
      const restartInMs = backoffMs(crashesInARow);
      onChange({ kind: 'ended', service, ended, restartInMs });
      await sleep(restartInMs, undefined, { signal: stopping.signal }).catch(() => {});
    }
  }

  return {
    ready: allReady([...first.values()].map(({ promise }) => promise)),
    async stop() {
      if (stopping.signal.aborted) for (const process of running.values()) void process.kill9();
      stopping.abort();
      for (const service of services) await running.get(service)?.stop();
      await Promise.all(kept);
    },
  };
}

/** False as soon as one is. */
async function allReady(each: readonly Promise<boolean>[]): Promise<boolean> {
  const { promise: oneFailed, resolve } = Promise.withResolvers<boolean>();
  for (const one of each) void one.then((ready) => ready || resolve(false));
  return Promise.race([oneFailed, Promise.all(each).then((all) => all.every(Boolean))]);
}
