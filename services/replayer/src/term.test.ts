import type { ReplayJob, WantedState } from '@herald/replay/job';
import type { Phase } from '@herald/replay/next-action';
import type { ReplayProgress } from '@herald/replay/progress';
import { eventually } from '@herald/testkit/eventually';
import { expect, test } from 'vitest';
import { beginTerm, type Term } from './term.ts';

/** Replays that go on until they are let go; two places for plans, and two for runs. */
function world() {
  const jobs = new Map<string, { value: ReplayJob }>();
  const progress = new Map<string, { value: ReplayProgress }>();
  const unreadable = { jobs: new Set<string>(), progress: new Set<string>() };
  const listeners = new Set<(key: string) => void>();
  const running = new Map<string, { rests(): void; endsWithout(phase: Phase): boolean }>();
  const ran: string[] = [];
  let reads = 0;
  let late = async (): Promise<void> => {};
  const begin = (): Term =>
    beginTerm({
      jobs: {
        get(id) {
          reads += 1;
          return jobs.get(id);
        },
        entries() {
          reads += jobs.size;
          return jobs.entries();
        },
        unreadable: unreadable.jobs,
        onChange(listener) {
          listeners.add(listener);
          return () => listeners.delete(listener);
        },
      },
      progress: {
        get: (id) => progress.get(id),
        entries: () => progress.entries(),
        unreadable: unreadable.progress,
      },
      run: ({ id }, hasPlace, signal) =>
        new Promise((resolve, reject) => {
          ran.push(id);
          running.set(id, {
            rests() {
              running.delete(id);
              progress.set(id, { value: { replayId: id, state: 'completed' } as ReplayProgress });
              resolve('rested');
            },
            endsWithout(phase) {
              if (hasPlace(phase)) return false;
              running.delete(id);
              resolve('no_place');
              return true;
            },
          });
          signal.addEventListener('abort', () => reject(signal.reason));
        }),
      untilJobsAreCurrent: () => late(),
      forget: async (id) => void progress.delete(id),
      maxAtOnce: 2,
      onFatal: (error) => {
        throw error;
      },
    });
  let createdAtMs = 0;
  const changed = (id: string) => {
    for (const listener of listeners) listener(id);
  };
  return {
    begin,
    ran,
    running,
    progress,
    unreadable,
    readsOf(work: () => void): number {
      reads = 0;
      work();
      return reads;
    },
    isLate(catchUp: () => Promise<void>) {
      late = catchUp;
    },
    ask(id: string, accountId: string, wanted: WantedState = 'running') {
      const job = { id, accountId, wanted, dryRun: false, createdAtMs: createdAtMs++ } as ReplayJob;
      jobs.set(id, { value: job });
      changed(id);
    },
    /** It is planned, so that its run is next. */
    planned(id: string) {
      progress.set(id, { value: { replayId: id, state: 'running', plannedAtMs: 1 } as ReplayProgress });
    },
    forget(id: string) {
      jobs.delete(id);
      changed(id);
    },
  };
}

test('an account that asks for many replays leaves others their turn, and a place that is free is taken', async () => {
  const { ask, ran, running, begin } = world();
  const term = begin();
  for (const id of ['a1', 'a2', 'a3', 'a4']) ask(id, 'a');
  ask('b1', 'b');
  expect(ran).toEqual(['a1', 'a2']);
  running.get('a1')!.rests();
  await eventually(() => expect(ran).toEqual(['a1', 'a2', 'b1']));
  running.get('a2')!.rests();
  await eventually(() => expect(ran).toEqual(['a1', 'a2', 'b1', 'a3']));
  await term.end();
});

test('what is only to be put on record does not wait for a place, and what is forgotten leaves nothing', async () => {
  const { ask, forget, ran, running, progress, begin } = world();
  const term = begin();
  ask('a1', 'a');
  ask('a2', 'a');
  ask('a3', 'a', 'cancelled');
  expect(ran).toEqual(['a1', 'a2', 'a3']);
  running.get('a1')!.rests();
  await eventually(() => expect(progress.has('a1')).toBe(true));
  forget('a1');
  await eventually(() => expect(progress.has('a1')).toBe(false));
  await term.end();
});

test('a term that ends waits for what is under way, and begins nothing more', async () => {
  const { ask, ran, begin } = world();
  const term = begin();
  ask('a1', 'a');
  await term.end();
  ask('a2', 'a');
  expect(ran).toEqual(['a1']);
});

test('runs that take days leave plans their places, and what is planned waits for its own', async () => {
  const { ask, planned, ran, running, begin } = world();
  for (const id of ['a1', 'b1']) {
    planned(id);
    ask(id, id);
  }
  const term = begin();
  ask('c1', 'c');
  expect(ran).toEqual(['a1', 'b1', 'c1']);
  planned('c1');
  expect(running.get('c1')!.endsWithout('run')).toBe(true);
  running.get('a1')!.rests();
  await eventually(() => expect(ran).toEqual(['a1', 'b1', 'c1', 'c1']));
  expect(running.get('c1')!.endsWithout('run')).toBe(false);
  await term.end();
});

test('what is planned goes on at once where there is a place, and makes room for the next plan', async () => {
  const { ask, planned, ran, running, begin } = world();
  const term = begin();
  for (const id of ['a1', 'b1', 'c1']) ask(id, id);
  expect(ran).toEqual(['a1', 'b1']);
  planned('a1');
  expect(running.get('a1')!.endsWithout('run')).toBe(false);
  expect(ran).toEqual(['a1', 'b1', 'c1']);
  await term.end();
});

test('an account that has all places gives one up to another, and not to itself', async () => {
  const { ask, planned, ran, running, begin } = world();
  for (const id of ['a1', 'a2', 'a3']) {
    planned(id);
    ask(id, 'a');
  }
  const term = begin();
  expect(['a1', 'a2'].map((id) => running.get(id)!.endsWithout('run'))).toEqual([false, false]);
  planned('b1');
  ask('b1', 'b');
  expect(['a1', 'a2'].map((id) => running.get(id)!.endsWithout('run'))).toEqual([false, true]);
  await eventually(() => expect(ran).toEqual(['a1', 'a2', 'b1']));
  expect(['a1', 'b1'].map((id) => running.get(id)!.endsWithout('run'))).toEqual([false, false]);
  await term.end();
});

test('what cannot be read is not gone: its progress stays, and it is not begun anew', async () => {
  const { ask, ran, planned, progress, unreadable, begin } = world();
  planned('newer');
  unreadable.jobs.add('newer');
  ask('other', 'a');
  unreadable.progress.add('other');
  const term = begin();
  ask('a1', 'a');
  await term.end();
  expect([ran, [...progress.keys()]]).toEqual([['a1'], ['newer']]);
});

test('a table that is late does not make replays forgotten that it has not read yet', async () => {
  const { ask, ran, planned, progress, isLate, begin } = world();
  planned('a1');
  planned('gone');
  isLate(async () => ask('a1', 'a'));
  const term = begin();
  await eventually(() => expect(ran).toEqual(['a1']));
  expect([...progress.keys()]).toEqual(['a1']);
  await term.end();
});

test('a change of one replay costs the same however many are remembered', async () => {
  const { ask, progress, readsOf, begin } = world();
  for (let n = 0; n < 1_000; n++) {
    progress.set(`done ${n}`, { value: { state: 'completed' } as ReplayProgress });
    ask(`done ${n}`, 'a');
  }
  const term = begin();
  expect(readsOf(() => ask('a1', 'a'))).toBeLessThan(10);
  await term.end();
});
