import type { ReplayReads } from '@herald/clickhouse/read/replay-reads';
import type { OutgoingRecord } from '@herald/kafka/record';
import type { ReplayProgressWriter } from '@herald/registry/replay-progress';
import type { Known } from '@herald/replay/decide';
import type { ReplayJob } from '@herald/replay/job';
import { nextAction, type Phase } from '@herald/replay/next-action';
import { newProgress, type ReplayProgress } from '@herald/replay/progress';
import type { HistoryCurrency } from './history-currency.ts';
import type { ReplayObserver } from './metrics.ts';
import { createPages } from './pages.ts';
import { createPatience, type Patience } from './patience.ts';
import { Lost, type ProgressKeeper, takeOver } from './progress-keeper.ts';
import type { EndpointsInTurns } from './slice.ts';
import { HistoryRefused, MustWait, type Source } from './source/source.ts';

export interface RunOptions {
  /** Of this term; see the progress record. */
  owner: string;
  /** What is asked of the replay now; undefined when it is forgotten. */
  job(): ReplayJob | undefined;
  /** Whether it has a place in the phase, or can have one; without, it ends and is taken up again. */
  hasPlace(phase: Phase): boolean;
  /** Whether something is on record of how far it is. */
  isNew: boolean;
  writer: Pick<ReplayProgressWriter, 'takeOver' | 'put'>;
  sourceOf(job: ReplayJob): Source;
  endpoints: EndpointsInTurns & {
    readonly revision: number;
    /** Whether all of the account's can be read: one that cannot would count as deleted. */
    areWhole(): boolean;
  };
  history: Pick<ReplayReads, 'delivered' | 'underway'>;
  isErased: Known['isErased'];
  /** New for each phase. */
  currency(): HistoryCurrency;
  send(records: readonly OutgoingRecord[]): Promise<void>;
  observe: ReplayObserver;
  now(): number;
  /** Ends the run as a kill would; whoever is next goes on from what is on record. */
  signal: AbortSignal;
}

const UNREADABLE_ENDPOINTS =
  'the configuration of an endpoint cannot be read: it is newer than this replayer, which is to be updated';

/** Of one question, one after another: a query that ran out of time may find its data in memory the next time. */
const MAX_REFUSALS = 1;

/**
 * `lost`: another replayer has the replay. `rested`: there is nothing to do until something else is wanted. `no_place`:
 * it goes on when it has one.
 */
export type RunEnd = 'rested' | 'lost' | 'no_place';

const NO_PLACE = 'as many replays as may run at once are running, of others or of the account';

/**
 * Brings one replay as far as it is wanted: plan, then run. Only what is acknowledged is counted, and only then does
 * the position move. Rejects when `signal` is aborted.
 */
export async function runReplay(job: ReplayJob, options: RunOptions): Promise<RunEnd> {
  const { owner, isNew, sourceOf, signal, now } = options;
  const source = sourceOf(job);
  try {
    const initial = newProgress(job, owner, now());
    const frozen = isNew ? await freeze(source, initial, options) : undefined;
    const patience = createPatience(options.observe.waits, signal);
    const keeper = await takeOver(initial, { ...options, pause: patience.pause });
    if (frozen?.ok === false) await keeper.enter('failed', frozen.reason);
    try {
      return await work(source, keeper, patience, options);
    } catch (error) {
      // A drained stop leaves nothing to be sent again.
      if (signal.aborted) await keeper.save();
      throw error;
    }
  } catch (error) {
    if (error instanceof Lost) return 'lost';
    throw error;
  }
}

/** What cannot be frozen fails the replay: it would be tried, and fail, for ever. */
async function freeze(
  source: Source,
  progress: ReplayProgress,
  { observe, signal }: RunOptions,
): ReturnType<Source['freeze']> {
  try {
    return await source.freeze(progress, signal);
  } catch (error) {
    signal.throwIfAborted();
    observe.failed(progress.replayId, error);
    return { ok: false, reason: messageOf(error) };
  }
}

async function work(
  source: Source,
  keeper: ProgressKeeper,
  patience: Patience,
  options: RunOptions,
): Promise<'rested' | 'no_place'> {
  const { progress } = keeper;
  const pages = createPages(keeper, options);
  const currencies = new Map<Phase, HistoryCurrency>();
  let refusals = 0;
  for (let job = options.job(); job; job = options.job()) {
    options.signal.throwIfAborted();
    const action = nextAction(job, progress);
    if (action.kind === 'rest') return 'rested';
    if (action.kind === 'settle') await keeper.enter(action.state);
    else if (options.hasPlace(action.phase)) await workOn(job, action.phase);
    else {
      progress.waitingFor = NO_PLACE;
      await keeper.save();
      return 'no_place';
    }
  }
  return 'rested';

  async function workOn(job: ReplayJob, phase: Phase): Promise<void> {
    progress.state = phase === 'plan' ? 'planning' : 'running';
    try {
      if (!options.endpoints.areWhole()) throw new MustWait(UNREADABLE_ENDPOINTS);
      if (needsHistory(job)) await currencies.getOrInsertComputed(phase, options.currency).check();
      await pages.take(job, phase, await source.read(progress, phase, options.signal));
      progress.waitingFor = undefined;
      refusals = 0;
      patience.restore();
    } catch (error) {
      options.signal.throwIfAborted();
      if (error instanceof Lost) throw error;
      if (error instanceof MustWait || (error instanceof HistoryRefused && refusals++ < MAX_REFUSALS)) {
        progress.waitingFor = error.message;
        await keeper.save();
        await patience.pause(error.message, error.cause);
      } else {
        options.observe.failed(job.id, error);
        await keeper.enter('failed', messageOf(error));
      }
    }
  }
}

function needsHistory({ source, skipDelivered }: ReplayJob): boolean {
  return skipDelivered || source.kind === 'history';
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
