import type { ReplayJob, WantedState } from '@herald/replay/job';
import type { ReplayProgress } from '@herald/replay/progress';
import { eventually } from '@herald/testkit/eventually';
import { expect, test } from 'vitest';
import { beginTerm, type Term } from './term.ts';

/** Replays that run until they are let go, two places. */
function world() {
  const jobs = new Map<string, { value: ReplayJob }>();
  const progress = new Map<string, { value: ReplayProgress }>();
  const listeners = new Set<(key: string) => void>();
  const running = new Map<string, () => void>();
  const ran: string[] = [];
  const term: Term = beginTerm({
    jobs: {
      get: (id) => jobs.get(id),
      entries: () => jobs.entries(),
      onChange(listener) {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
    },
    progress: { get: (id) => progress.get(id), entries: () => progress.entries() },
    run: ({ id }, signal) =>
      new Promise((resolve, reject) => {
        ran.push(id);
        running.set(id, () => {
          running.delete(id);
          progress.set(id, { value: { replayId: id, state: 'completed' } as ReplayProgress });
          resolve('rested');
        });
        signal.addEventListener('abort', () => reject(signal.reason));
      }),
    forget: async (id) => void progress.delete(id),
    maxAtOnce: 2,
    onFatal: (error) => {
      throw error;
    },
  });
  let createdAtMs = 0;
  return {
    term,
    ran,
    running,
    progress,
    ask(id: string, accountId: string, wanted: WantedState = 'running') {
      jobs.set(id, {
        value: { id, accountId, wanted, dryRun: false, createdAtMs: createdAtMs++ } as ReplayJob,
      });
      for (const listener of listeners) listener(id);
    },
    forget(id: string) {
      jobs.delete(id);
      for (const listener of listeners) listener(id);
    },
  };
}

test('an account that asks for many replays leaves others their turn, and a place that is free is taken', async () => {
  const { ask, ran, running, term } = world();
  for (const id of ['a1', 'a2', 'a3', 'a4']) ask(id, 'a');
  ask('b1', 'b');
  expect(ran).toEqual(['a1', 'a2']);
  running.get('a1')!();
  await eventually(() => expect(ran).toEqual(['a1', 'a2', 'b1']));
  running.get('a2')!();
  await eventually(() => expect(ran).toEqual(['a1', 'a2', 'b1', 'a3']));
  await term.end();
});

test('what is only to be put on record does not wait for a place, and what is forgotten leaves nothing', async () => {
  const { ask, forget, ran, running, progress, term } = world();
  ask('a1', 'a');
  ask('a2', 'a');
  ask('a3', 'a', 'cancelled');
  expect(ran).toEqual(['a1', 'a2', 'a3']);
  running.get('a1')!();
  await eventually(() => expect(progress.has('a1')).toBe(true));
  forget('a1');
  await eventually(() => expect(progress.has('a1')).toBe(false));
  await term.end();
});

test('a term that ends waits for what is under way, and begins nothing more', async () => {
  const { ask, ran, term } = world();
  ask('a1', 'a');
  await term.end();
  ask('a2', 'a');
  expect(ran).toEqual(['a1']);
});
