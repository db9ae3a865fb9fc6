import { findMarker } from '../load-event.ts';

/** What is to arrive: each of `events` at `copies` endpoints. */
export interface RunPlan {
  run: number;
  events: number;
  copies: number;
}

export interface RunCounts {
  expected: number;
  /** Of those expected, each counted once. */
  arrived: number;
  /** Arrivals of one that had arrived before. */
  duplicates: number;
  /** Monotonic, of arrivals that are no duplicates; null while there is none. */
  firstAtMs: number | null;
  lastAtMs: number | null;
}

interface Run {
  plan: RunPlan;
  counts: RunCounts;
  /** By `seq × copies + slot`, monotonic; NaN for one that has not arrived. */
  arrivals: Float64Array;
}

/** The sink's books: which event has arrived at which endpoint, when, and how often. */
export interface Tally {
  open(plan: RunPlan): void;
  /** `path` is `/<project>/<slot>`, as in `pathOf`. */
  record(path: string, body: Buffer, atMs: number): void;
  counts(run: number): RunCounts | undefined;
  arrivals(run: number): Float64Array | undefined;
  /** Requests that belong to no run, or came to an endpoint that has no claim to them. */
  readonly strays: number;
}

export function createTally(): Tally {
  const runs = new Map<number, Run>();
  let strays = 0;

  return {
    open(plan) {
      const expected = plan.events * plan.copies;
      runs.set(plan.run, {
        plan,
        counts: { expected, arrived: 0, duplicates: 0, firstAtMs: null, lastAtMs: null },
        arrivals: new Float64Array(expected).fill(Number.NaN),
      });
    },

    record(path, body, atMs) {
      const event = findMarker(body);
      const run = event && runs.get(event.run);
      const slash = path.lastIndexOf('/');
      const slot = Number(path.slice(slash + 1));
      const isClaimed = event && path.slice(1, slash) === event.project;
      if (!run || !isClaimed || !(slot < run.plan.copies) || !(event.seq < run.plan.events)) {
        strays += 1;
        return;
      }
      const { counts, arrivals } = run;
      const index = event.seq * run.plan.copies + slot;
      if (!Number.isNaN(arrivals[index])) {
        counts.duplicates += 1;
        return;
      }
      arrivals[index] = atMs;
      counts.arrived += 1;
      counts.firstAtMs ??= atMs;
      counts.lastAtMs = atMs;
    },

    counts: (run) => runs.get(run)?.counts,
    arrivals: (run) => runs.get(run)?.arrivals,
    get strays() {
      return strays;
    },
  };
}
