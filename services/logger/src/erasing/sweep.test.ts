import type { Erasure } from '@herald/domain/erasure';
import { expect, test, vi } from 'vitest';
import { sweepErasures } from './sweep.ts';

const NOW_MS = 1_700_000_000_000;
const DAY_MS = 86_400_000;

function erasureOf(accountId: string, erasedAtMs = NOW_MS): Erasure {
  return { accountId, publicationId: undefined, erasedAtMs, eventEnds: [], erasedBy: '' };
}

function sweeping(known: Erasure[], failing: { flush?: number; erase?: number } = {}) {
  const done: string[] = [];
  let told: (erasure: Erasure) => void = () => {};
  let { flush: failingFlushes = 0, erase: failingErases = 0 } = failing;
  const sweep = sweepErasures({
    erasures: {
      list: () => known,
      onErasure: (listener) => {
        told = listener;
        return () => {};
      },
    },
    eraser: {
      async erase({ accountId }) {
        if (failingErases-- > 0) throw new Error('ClickHouse is away');
        done.push(`erase ${accountId}`);
        return { events: 0, routes: 0, attempts: 0 };
      },
      purge: async () => void done.push('purge'),
    },
    async flush() {
      done.push('flush');
      return failingFlushes-- <= 0;
    },
    onSwept: () => {},
    onFailed: () => done.push('failed'),
    now: () => NOW_MS,
    random: () => 0,
  });
  return { sweep, done, tell: (erasure: Erasure) => told(erasure) };
}

test('what was erased lately is erased again at the start, each after what is under way is inserted', async () => {
  const { sweep, done } = sweeping([erasureOf('a'), erasureOf('old', NOW_MS - 8 * DAY_MS), erasureOf('b')]);
  await vi.waitFor(() => expect(done).toEqual(['flush', 'erase a', 'flush', 'erase b', 'purge']));
  await sweep.stop();
});

test('what is erased again while it waits is erased once, as it was asked for last', async () => {
  const { sweep, done, tell } = sweeping([]);
  tell(erasureOf('a'));
  for (let time = 1; time <= 100; time++) tell(erasureOf('b', NOW_MS + time));
  tell(erasureOf('a', NOW_MS + 1));
  expect(sweep.waiting).toBe(2);
  await vi.waitFor(() => expect(sweep.waiting).toBe(0));
  expect(done.filter((step) => step.startsWith('erase'))).toEqual(['erase a', 'erase a', 'erase b']);
  await sweep.stop();
});

test('nothing is erased before rows that were made earlier are inserted, and failures are tried again', async () => {
  const { sweep, done, tell } = sweeping([], { flush: 1, erase: 1 });
  tell(erasureOf('a'));
  expect(sweep.waiting).toBe(1);
  await vi.waitFor(() =>
    expect(done).toEqual(['flush', 'failed', 'flush', 'failed', 'flush', 'erase a', 'purge']),
  );
  await vi.waitFor(() => expect(sweep.waiting).toBe(0));
  await sweep.stop();
});
