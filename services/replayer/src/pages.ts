import { setTimeout as delay } from 'node:timers/promises';
import { count, countUnmet } from '@herald/replay/count';
import { type Aim, type Decision, decide, type Endpoints, type SkipReason } from '@herald/replay/decide';
import type { ReplayJob } from '@herald/replay/job';
import type { Phase } from '@herald/replay/next-action';
import { advance, rangeAt } from '@herald/replay/place';
import { plannedEndpoints, unmatchedOf } from '@herald/replay/planned';
import { addExpired, hasExpiredSince } from '@herald/replay/ranges';
import { newRate, type Rate } from '@herald/replay/rate';
import { LRUCache } from 'lru-cache';
import type { ProgressKeeper } from './progress-keeper.ts';
import type { RunOptions } from './replay-run.ts';
import { createSending } from './sending.ts';
import { isOfEvents, lookUpSlice, type Slice, sliceDeliveries } from './slice.ts';
import { MustWait, type SourceEntry, type SourcePage } from './source/source.ts';

/** Deliveries of one replay that are remembered, so that what the source has twice is sent once. */
const MAX_REMEMBERED = 100_000;

const NOTHING_COMMITTED =
  'nothing can be read where it goes on: a transaction of a producer is open there, or the partition has moved';

/** What is done about the pages of a source, in either phase. */
export interface Pages {
  /** Rejects with Lost, and with MustWait where the history is needed, or nothing is there that can be read yet. */
  take(job: ReplayJob, phase: Phase, page: SourcePage): Promise<void>;
}

export function createPages(keeper: ProgressKeeper, options: RunOptions): Pages {
  const { progress } = keeper;
  const { endpoints, history, isErased, observe, now, signal } = options;
  const remembered = new LRUCache<string, true>({ max: MAX_REMEMBERED });
  let rate: Rate | undefined;
  let planned: Endpoints['isPlanned'] | undefined;

  return {
    async take(job, phase, page) {
      if (page.kind === 'end') return endPhase(job, phase);
      if (page.kind === 'expired') {
        const { partition, to } = page.range;
        addExpired(progress.expired, page.range);
        advance(progress, phase, { kind: 'offset', partition, nextOffset: to });
        return keeper.save();
      }
      const lookups = { endpoints, history, isPlanned: isPlannedIn(phase), now };
      const deliveries = sliceDeliveries(phase, job.perSecond);
      for (let rest = page.entries; rest.length > 0; ) {
        const slice = await lookUpSlice(rest, deliveries, job, lookups);
        rest = rest.slice(slice.items.length);
        signal.throwIfAborted();
        const isDone = phase === 'plan' ? await plan(job, slice) : await send(job, slice);
        if (!isDone) return;
      }
      if (!page.end && page.entries.length === 0) throw new MustWait(NOTHING_COMMITTED);
      if (!page.end) return;
      advance(progress, phase, page.end);
      // Pages with nothing in them may come for minutes.
      await keeper.saveInTime(0);
    },
  };

  function isPlannedIn(phase: Phase): Endpoints['isPlanned'] {
    if (phase === 'plan') return () => true;
    planned ??= plannedEndpoints(progress, endpoints.createdAtMs);
    return planned;
  }

  async function endPhase(job: ReplayJob, phase: Phase): Promise<void> {
    remembered.clear();
    if (phase === 'run') {
      const [unmet, reason] = [unmatchedOf(progress), reasonOfUnmet(job)];
      countUnmet(progress, unmet, reason);
      observe.unmet(unmet, reason);
      return keeper.enter('completed');
    }
    progress.plannedAtMs = now();
    await keeper.enter(job.dryRun ? 'planned' : 'running');
  }

  /** Only events ask who wants them: of any other source, or where something has expired since, it is gone. */
  function reasonOfUnmet({ source }: ReplayJob): SkipReason {
    return isOfEvents(source) && !hasExpiredSince(progress) ? 'not_wanted' : 'expired';
  }

  async function plan(job: ReplayJob, slice: Slice): Promise<boolean> {
    for (const { entry, aims } of slice.items) {
      const decisions = decisionsOn(aims, job, slice);
      note('plan', job, entry, decisions);
    }
    await keeper.saveInTime(0);
    return isWanted(job, 'plan');
  }

  /** False when it is not wanted any more: the position is then behind what was sent, and no farther. */
  async function send(job: ReplayJob, slice: Slice): Promise<boolean> {
    // By a clock that nobody sets: one set back by an hour would be waited for.
    const monotonic = () => performance.now();
    rate ??= newRate(job.perSecond, monotonic());
    const underway = new Set<string>();
    const sending = createSending({
      rate,
      send: options.send,
      mayGoOn: () => isWanted(job, 'run'),
      onFlushed: (records) => keeper.saveInTime(records),
      now: monotonic,
      sleep: (ms) => delay(ms, undefined, { signal }),
    });
    for (const { entry, aims } of slice.items) {
      const decisions = decisionsOn(aims, job, slice, underway);
      for (const decision of decisions) {
        if (decision.kind !== 'send') continue;
        underway.add(decision.delivery.deliveryId);
        if (!(await sending.add(decision.delivery, entry.value as Buffer))) return false;
      }
      sending.whenSent(() => note('run', job, entry, decisions));
    }
    return sending.flush();
  }

  function decisionsOn(
    aims: readonly Aim[],
    job: ReplayJob,
    { deliveredBy }: Slice,
    underway?: ReadonlySet<string>,
  ): Decision[] {
    const isRepeated = (id: string) => remembered.has(id) || underway?.has(id) === true;
    const known = { deliveredBy, isRepeated, isErased, configRevision: endpoints.revision };
    return aims.map((aim) => decide(aim, job, known));
  }

  /** What was done about an entry is done: it is counted, and the position is behind it. */
  function note(phase: Phase, job: ReplayJob, entry: SourceEntry, decisions: readonly Decision[]): void {
    for (const decision of decisions) {
      if (decision.kind === 'send') remembered.set(decision.delivery.deliveryId, true);
      else if (decision.kind === 'sent') remembered.set(decision.deliveryId, true);
    }
    // How much others have in the same place is not told.
    if (entry.candidate?.event.accountId === job.accountId) {
      count(progress, phase, decisions, rangeAt(progress, entry.place));
      if (phase === 'run') observe.done(decisions);
    }
    advance(progress, phase, entry.place);
  }

  function isWanted(job: ReplayJob, phase: Phase): boolean {
    const asked = options.job();
    if (signal.aborted || !asked || asked.wanted !== 'running' || !options.hasPlace(phase)) return false;
    return phase === 'plan' || asked.dryRun === job.dryRun;
  }
}
