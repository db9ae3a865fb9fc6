import { setTimeout as delay } from 'node:timers/promises';
import type { ReplayJob } from '@herald/replay/job';
import { nextAction, type Phase } from '@herald/replay/next-action';
import type { ReplayProgress } from '@herald/replay/progress';
import { nextInLine, type Places, whoGivesWay } from './places.ts';
import type { RunEnd } from './replay-run.ts';

interface Table<V> {
  get(key: string): { value: V } | undefined;
  entries(): Iterable<[key: string, entry: { value: V }]>;
  /** What is there and cannot be read is not gone. */
  readonly unreadable: { has(key: string): boolean };
  onChange(listener: (key: string) => void): () => void;
}

export interface TermOptions {
  jobs: Table<ReplayJob>;
  progress: Pick<Table<ReplayProgress>, 'get' | 'entries' | 'unreadable'>;
  /** `hasPlace`: whether it has a place in the phase, or can have one; without, it is to end. */
  run(job: ReplayJob, hasPlace: (phase: Phase) => boolean, signal: AbortSignal): Promise<RunEnd>;
  /** Resolves when `jobs` has all that its topic had. */
  untilJobsAreCurrent(signal: AbortSignal): Promise<void>;
  /** The job is gone; so is what is on record of it. */
  forget(replayId: string): Promise<void>;
  /** Of each phase. */
  maxAtOnce: number;
  onFatal(error: Error): void;
}

/** The time for which this replayer owns the replays. */
export interface Term {
  /** Ends all runs; resolves when nothing of them is under way. */
  end(): Promise<void>;
}

/** A replay that is under way. */
interface Held {
  accountId: string;
  /** In which it takes a place; undefined where there is only something to put on record. */
  phase: Phase | undefined;
  /** It is to end, for another account has fewer places. */
  givesWay: boolean;
  ended: Promise<void>;
}

/** Of a replay that nobody has taken up. */
const NOT_BEGUN = { state: 'planning', plannedAtMs: undefined } as const;

const PHASES: readonly Phase[] = ['plan', 'run'];

/**
 * After another replayer has taken a replay over. As a rule our own term is over then, and we are about to hear of it;
 * where it is not, the other one's was, and nobody else would go on.
 */
const LOST_PAUSE_MS = 5_000;

/**
 * Runs whatever has something to do, so many at once; the others wait for a place, those first whose account has the
 * fewest. Plans have places of their own: a run may take days, and who wants to know what would be sent does not wait
 * for that. What is only to be put on record, as that it is cancelled, takes no place.
 */
export function beginTerm(options: TermOptions): Term {
  const { jobs, progress, run, untilJobsAreCurrent, forget, maxAtOnce, onFatal } = options;
  const ended = new AbortController();
  const held = new Map<string, Held>();
  const waiting = new Map<string, { job: ReplayJob; phase: Phase }>();
  const unsubscribe = jobs.onChange((replayId) => {
    look(replayId);
    fillPlaces();
  });
  for (const [replayId] of jobs.entries()) look(replayId);
  for (const [replayId] of progress.entries()) if (!jobs.get(replayId)) look(replayId);
  fillPlaces();

  return {
    async end() {
      ended.abort(new Error('the term is over'));
      unsubscribe();
      await Promise.all([...held.values()].map((each) => each.ended));
    },
  };

  /** What there is to do about a replay; one that is under way is looked at when it ends. */
  function look(replayId: string): void {
    if (ended.signal.aborted || held.has(replayId)) return;
    waiting.delete(replayId);
    const job = jobs.get(replayId)?.value;
    if (!job) {
      if (progress.get(replayId) && isGone(replayId))
        hold(replayId, '', undefined, () => forgetOne(replayId));
      return;
    }
    // What a newer replayer has put on record is not begun anew.
    if (progress.unreadable.has(replayId)) return;
    const action = nextAction(job, progress.get(replayId)?.value ?? NOT_BEGUN);
    if (action.kind === 'settle') holdJob(job, undefined);
    else if (action.kind === 'work') waiting.set(replayId, { job, phase: action.phase });
  }

  function fillPlaces(): void {
    if (ended.signal.aborted || waiting.size === 0) return;
    for (const phase of PHASES) {
      while (placesTaken(phase) < maxAtOnce) {
        const next = nextInLine(waitingFor(phase), placesIn(phase));
        if (!next) break;
        waiting.delete(next.id);
        holdJob(next, phase);
      }
    }
    askForWay();
  }

  /** One at a time. A plan is short, and would forget what it has seen twice: it keeps its place. */
  function askForWay(): void {
    const runs = [...held.values()].filter(({ phase }) => phase === 'run');
    if (runs.some(({ givesWay }) => givesWay)) return;
    const accountId = whoGivesWay(waitingFor('run'), placesIn('run'));
    const latest = runs.findLast((each) => each.accountId === accountId);
    if (latest) latest.givesWay = true;
  }

  function waitingFor(phase: Phase): ReplayJob[] {
    return [...waiting.values()].flatMap((each) => (each.phase === phase ? [each.job] : []));
  }

  function placesTaken(phase: Phase): number {
    return [...held.values()].filter((each) => each.phase === phase).length;
  }

  function placesIn(phase: Phase): Places {
    const places = new Map<string, number>();
    for (const each of held.values()) {
      if (each.phase === phase) places.set(each.accountId, (places.get(each.accountId) ?? 0) + 1);
    }
    return places;
  }

  function holdJob(job: ReplayJob, phase: Phase | undefined): void {
    hold(job.id, job.accountId, phase, async (self) => {
      const { signal } = ended;
      const end = await run(job, (wanted) => hasPlace(self, wanted), signal);
      if (end === 'lost') await delay(LOST_PAUSE_MS, undefined, { signal });
    });
  }

  function hasPlace(self: Held, phase: Phase): boolean {
    if (self.phase === phase) return !self.givesWay;
    if (placesTaken(phase) >= maxAtOnce) return false;
    self.phase = phase;
    fillPlaces();
    return true;
  }

  /** The place is free when `work` has ended. */
  function hold(
    replayId: string,
    accountId: string,
    phase: Phase | undefined,
    work: (self: Held) => Promise<void>,
  ): void {
    const self: Held = { accountId, phase, givesWay: false, ended: Promise.resolve() };
    held.set(replayId, self);
    self.ended = work(self)
      .catch((error: Error) => {
        if (!ended.signal.aborted) onFatal(error);
      })
      .finally(() => {
        held.delete(replayId);
        look(replayId);
        fillPlaces();
      });
  }

  function isGone(replayId: string): boolean {
    return !jobs.get(replayId) && !jobs.unreadable.has(replayId);
  }

  /** A table that is late does not have every job of which there is progress. */
  async function forgetOne(replayId: string): Promise<void> {
    await untilJobsAreCurrent(ended.signal);
    if (isGone(replayId)) await forget(replayId);
  }
}
