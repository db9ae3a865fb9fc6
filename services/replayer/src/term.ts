import { setTimeout as delay } from 'node:timers/promises';
import type { ReplayJob } from '@herald/replay/job';
import { nextAction } from '@herald/replay/next-action';
import type { ReplayProgress } from '@herald/replay/progress';
import type { RunEnd } from './replay-run.ts';

interface Table<V> {
  get(key: string): { value: V } | undefined;
  entries(): Iterable<[key: string, entry: { value: V }]>;
  onChange(listener: (key: string) => void): () => void;
}

export interface TermOptions {
  jobs: Table<ReplayJob>;
  progress: Pick<Table<ReplayProgress>, 'get' | 'entries'>;
  run(job: ReplayJob, signal: AbortSignal): Promise<RunEnd>;
  /** The job is gone; so is what is on record of it. */
  forget(replayId: string): Promise<void>;
  maxAtOnce: number;
  onFatal(error: Error): void;
}

/** The time for which this replayer owns the replays. */
export interface Term {
  /** Ends all runs; resolves when nothing of them is under way. */
  end(): Promise<void>;
}

/**
 * After another replayer has taken a replay over. As a rule our own term is over then, and we are about to hear of it;
 * where it is not, the other one's was, and nobody else would go on.
 */
const LOST_PAUSE_MS = 5_000;

/**
 * Runs whatever has something to do, so many at once; the others wait for a place, those first whose account has the
 * fewest. What is only to be put on record, as that it is cancelled, takes no place.
 */
export function beginTerm(options: TermOptions): Term {
  const { jobs, progress, run, forget, maxAtOnce, onFatal } = options;
  const ended = new AbortController();
  /** Those that take a place, by whose it is. */
  const running = new Map<string, { accountId: string | undefined; ended: Promise<void> }>();
  const unsubscribe = jobs.onChange(() => fillPlaces());
  fillPlaces();

  return {
    async end() {
      ended.abort(new Error('the term is over'));
      unsubscribe();
      await Promise.all([...running.values()].map((each) => each.ended));
    },
  };

  function fillPlaces(): void {
    if (ended.signal.aborted) return;
    for (const job of waiting().filter(isSettled)) hold(job.id, undefined, runOne(job));
    while (placesTaken() < maxAtOnce) {
      const [next] = waiting().sort(
        (a, b) => placesTaken(a.accountId) - placesTaken(b.accountId) || a.createdAtMs - b.createdAtMs,
      );
      if (!next) break;
      hold(next.id, next.accountId, runOne(next));
    }
    for (const [replayId] of progress.entries()) {
      if (!jobs.get(replayId) && !running.has(replayId)) hold(replayId, undefined, forget(replayId));
    }
  }

  function waiting(): ReplayJob[] {
    return [...jobs.entries()]
      .map(([, { value }]) => value)
      .filter((job) => !running.has(job.id) && hasWork(job));
  }

  function isSettled(job: ReplayJob): boolean {
    const found = progress.get(job.id)?.value;
    return found ? nextAction(job, found).kind === 'settle' : job.wanted !== 'running';
  }

  function placesTaken(accountId?: string): number {
    const holders = [...running.values()].map((each) => each.accountId);
    return holders.filter((each) => (accountId === undefined ? each !== undefined : each === accountId))
      .length;
  }

  function hasWork(job: ReplayJob): boolean {
    const found = progress.get(job.id)?.value;
    return !found || nextAction(job, found).kind !== 'rest';
  }

  /** The place is free when `work` has ended. */
  function hold(replayId: string, accountId: string | undefined, work: Promise<void>): void {
    running.set(replayId, {
      accountId,
      ended: work
        .catch((error: Error) => {
          if (!ended.signal.aborted) onFatal(error);
        })
        .finally(() => {
          running.delete(replayId);
          fillPlaces();
        }),
    });
  }

  async function runOne(job: ReplayJob): Promise<void> {
    const { signal } = ended;
    if ((await run(job, signal)) === 'lost') await delay(LOST_PAUSE_MS, undefined, { signal });
  }
}
