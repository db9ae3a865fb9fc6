import { describe, expect, it } from 'vitest';
import type { WantedState } from './job.ts';
import { nextAction } from './next-action.ts';
import type { ReplayState } from './progress.ts';

function next(
  wanted: WantedState,
  state: ReplayState,
  given: { dryRun?: boolean; isPlanned?: boolean } = {},
) {
  const { dryRun = false, isPlanned = state !== 'planning' } = given;
  const action = nextAction({ wanted, dryRun }, { state, plannedAtMs: isPlanned ? 1 : undefined });
  if (action.kind === 'work') return action.phase;
  return action.kind === 'settle' ? action.state : 'rest';
}

describe('a replay', () => {
  it('is planned first and then run', () => {
    expect(next('running', 'planning')).toBe('plan');
    expect(next('running', 'planned')).toBe('run');
    expect(next('running', 'running')).toBe('run');
  });

  it('that is a dry run stays a plan until it is started', () => {
    expect(next('running', 'running', { dryRun: true })).toBe('planned');
    expect(next('running', 'planned', { dryRun: true })).toBe('rest');
    expect(next('running', 'planned', { dryRun: false })).toBe('run');
  });

  it('is paused in either phase, and goes on where it was', () => {
    expect(next('paused', 'planning')).toBe('paused');
    expect(next('paused', 'running')).toBe('paused');
    expect(next('paused', 'paused')).toBe('rest');
    expect(next('running', 'paused', { isPlanned: false })).toBe('plan');
    expect(next('running', 'paused')).toBe('run');
    expect(next('running', 'paused', { dryRun: true })).toBe('planned');
  });

  it.each(['planning', 'planned', 'running', 'paused'] as const)(
    'that is %s is cancelled when it is to be',
    (state) => {
      expect(next('cancelled', state)).toBe('cancelled');
    },
  );

  it.each(['completed', 'cancelled', 'failed'] as const)(
    'that is %s stays so, whatever is wanted',
    (state) => {
      for (const wanted of ['running', 'paused', 'cancelled'] as const)
        expect(next(wanted, state)).toBe('rest');
    },
  );
});
