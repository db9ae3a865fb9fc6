import { expect, it } from 'vitest';
import { NO_FILTER } from './job.ts';
import type { ReplayState } from './progress.ts';
import { type Remembered, toForget } from './remembering.ts';

const DAY_MS = 24 * 60 * 60 * 1_000;

/** So many of an account, made one after the other. */
function remembered(
  count: number,
  state: ReplayState,
  { names = 0, isPlanned = true, from = 0 } = {},
): Remembered[] {
  return Array.from({ length: count }, (_, n) => ({
    job: {
      id: `${state} ${from + n}`,
      dryRun: false,
      wanted: state === 'cancelled' ? 'cancelled' : 'running',
      createdAtMs: from + n,
      updatedAtMs: from + n,
      filter: { ...NO_FILTER, eventIds: Array(names).fill('e') },
    },
    progress: { state, plannedAtMs: isPlanned ? 1 : undefined, endpoints: [] },
  }));
}

it('the last 500 of an account are remembered, and fewer where they name much; what is open always', () => {
  const open = remembered(3, 'running');
  expect(toForget([...open, ...remembered(497, 'completed', { from: 3 })], 0)).toEqual([]);
  expect(toForget([...open, ...remembered(499, 'completed', { from: 3 })], 0)).toEqual([
    'completed 3',
    'completed 4',
  ]);
  const large = [
    ...remembered(3, 'running', { names: 1_000 }),
    ...remembered(60, 'completed', { names: 1_000, from: 3 }),
  ];
  expect(toForget(large, 0)).toHaveLength(13);
  expect(toForget(remembered(600, 'running', { names: 1_000 }), 0)).toEqual([]);
});

it('one that was cancelled before it could send anything is forgotten like any other', () => {
  const unsent = remembered(510, 'cancelled', { isPlanned: false });
  expect(toForget(unsent, 0)).toHaveLength(10);
  const plans = remembered(510, 'cancelled').map(({ job, progress }) => ({
    job: { ...job, dryRun: true },
    progress,
  }));
  expect(toForget(plans, 0)).toHaveLength(10);
});

it('one that was cancelled and may have sent something stays while that may wait, within a bound', () => {
  expect(toForget(remembered(2_000, 'cancelled'), 0)).toEqual([]);
  expect(toForget(remembered(2_010, 'cancelled'), 0)).toHaveLength(10);
  expect(toForget(remembered(210, 'cancelled', { names: 1_000 }), 0)).toHaveLength(10);
  expect(toForget(remembered(510, 'cancelled'), 15 * DAY_MS)).toHaveLength(10);
});
