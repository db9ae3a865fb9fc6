import { describe, expect, it } from 'vitest';
import { isForgettable, isOpen, REPLAY_STATES } from './progress.ts';

const RUN = { dryRun: false, wanted: 'running' } as const;
const PLAN = { dryRun: true, wanted: 'running' } as const;
const DAY_MS = 24 * 60 * 60 * 1_000;

describe('a replay counts as open', () => {
  it('until it is over', () => {
    const open = REPLAY_STATES.filter((state) => isOpen(RUN, { state, plannedAtMs: 1 }));
    expect(open).toEqual(['planning', 'planned', 'running', 'paused']);
    expect(isOpen(RUN, undefined)).toBe(true);
    expect(isOpen({ ...RUN, wanted: 'cancelled' }, undefined)).toBe(false);
  });

  it('as a plan that nobody has started only while it is made, paused or not', () => {
    expect(isOpen(PLAN, { state: 'planning', plannedAtMs: undefined })).toBe(true);
    expect(isOpen(PLAN, { state: 'paused', plannedAtMs: undefined })).toBe(true);
    for (const state of ['planned', 'paused', 'running'] as const) {
      expect(isOpen(PLAN, { state, plannedAtMs: 1 })).toBe(false);
    }
  });
});

describe('a replay may be forgotten', () => {
  const completed = { state: 'completed', plannedAtMs: 1 } as const;
  it('when it is over', () => {
    expect(isForgettable({ ...RUN, updatedAtMs: 0 }, completed, 1)).toBe(true);
    expect(isForgettable({ ...RUN, updatedAtMs: 0 }, { ...completed, state: 'running' }, 1)).toBe(false);
  });

  it('when it was cancelled only after all that it has sent is gone', () => {
    const cancelled = { ...RUN, wanted: 'cancelled', updatedAtMs: 0 } as const;
    for (const progress of [undefined, completed, { ...completed, state: 'cancelled' } as const]) {
      expect(isForgettable(cancelled, progress, 13 * DAY_MS)).toBe(false);
      expect(isForgettable(cancelled, progress, 14 * DAY_MS)).toBe(true);
    }
  });

  it('when it was cancelled before anything could be sent', () => {
    const cancelled = { ...RUN, wanted: 'cancelled', updatedAtMs: 0 } as const;
    expect(isForgettable(cancelled, { state: 'cancelled', plannedAtMs: undefined }, 1)).toBe(true);
    expect(isForgettable({ ...cancelled, dryRun: true }, { state: 'planned', plannedAtMs: 1 }, 1)).toBe(true);
  });
});
