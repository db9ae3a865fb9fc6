import { setTimeout as pause } from 'node:timers/promises';
import type { EventInput } from './event-input.ts';
import type { Published } from './published.ts';

export interface SimulationRun<E extends EventInput> {
  events: Iterable<E>;
  publish: (event: E) => Promise<Published>;
  /** Events in all; Infinity runs until `signal`. */
  count: number;
  /** Open loop: event n is due at n / rate, whether those before it are on record or not. Infinity does not wait. */
  eventsPerSecond: number;
  /** Ends the run early. What is under way is still awaited. */
  signal?: AbortSignal;
  onPublished?: (event: E, published: Published) => void;
  /** Milliseconds that never go back, default `performance.now`. */
  now?: () => number;
}

/** Bounds what the loop itself starts; the publisher has its own bound. */
const MAX_UNDER_WAY = 2_000;

/** Resolves with the number of events on record when the last one is; rejects with the first failure, after the rest. */
export async function runSimulation<E extends EventInput>(run: SimulationRun<E>): Promise<number> {
  const { publish, count, eventsPerSecond, signal, onPublished, now = () => performance.now() } = run;
  const startedAtMs = now();
  const underWay = new Set<Promise<void>>();
  let failure: { error: unknown } | undefined;
  let started = 0;
  let onRecord = 0;

  const events = run.events[Symbol.iterator]();

  for (; started < count && !failure; started += 1) {
    await waitUntil(startedAtMs + (started * 1_000) / eventsPerSecond, now, signal);
    while (underWay.size >= MAX_UNDER_WAY) await Promise.race(underWay);
    if (signal?.aborted) break;
    // Asked for only when it is due: an event carries the time at which it was made.
    const next = events.next();
    if (next.done) break;
    const event = next.value;
    const publishing = publish(event)
      .then(
        (published) => {
          onRecord += 1;
          onPublished?.(event, published);
        },
        (error: unknown) => {
          failure ??= { error };
        },
      )
      .finally(() => underWay.delete(publishing));
    underWay.add(publishing);
  }
  await Promise.all(underWay);
  if (failure) throw failure.error;
  return onRecord;
}

async function waitUntil(atMs: number, now: () => number, signal: AbortSignal | undefined): Promise<void> {
  const waitMs = atMs - now();
  if (waitMs <= 0 || signal?.aborted) return;
  await pause(waitMs, undefined, signal ? { signal } : {}).catch((error: unknown) => {
    if (!signal?.aborted) throw error;
  });
}
