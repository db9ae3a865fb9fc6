import { expect, it } from 'vitest';
import { stateOfPlan, whyNotStarted } from './bulk-plan.ts';
import type { ReplayState } from './progress.ts';

const NOW_MS = Date.UTC(2026, 2, 15, 12);
const MINUTE_MS = 60_000;
const plan = { id: 'bp_1', wanted: 'running' as const, dryRun: true };
const stands = (state: ReplayState, plannedAtMs?: number) => ({ state, plannedAtMs });
const counted = stands('planned', NOW_MS);

it('a plan is counted, ready for a quarter of an hour, and then it has expired, unless it was run', () => {
  expect(stateOfPlan(plan, undefined, NOW_MS)).toBe('counting');
  expect(stateOfPlan(plan, stands('planning'), NOW_MS)).toBe('counting');
  expect(stateOfPlan(plan, stands('failed'), NOW_MS)).toBe('count_unavailable');
  expect(stateOfPlan(plan, counted, NOW_MS + 14 * MINUTE_MS)).toBe('ready');
  expect(stateOfPlan(plan, counted, NOW_MS + 15 * MINUTE_MS)).toBe('expired');
  const run = { ...plan, dryRun: false };
  expect(stateOfPlan(run, counted, NOW_MS + 60 * MINUTE_MS)).toBe('running');
  expect(stateOfPlan({ ...run, wanted: 'paused' }, counted, NOW_MS)).toBe('paused');
  expect(stateOfPlan(plan, stands('completed', NOW_MS), NOW_MS)).toBe('completed');
  expect(stateOfPlan({ ...plan, wanted: 'cancelled' }, counted, NOW_MS)).toBe('cancelled');
});

it('a plan that is paused before it is counted says so, and is not started before it was resumed and counted', () => {
  const paused = { ...plan, wanted: 'paused' } as const;
  for (const progress of [undefined, stands('planning'), stands('paused')]) {
    expect(stateOfPlan(paused, progress, NOW_MS)).toBe('paused');
    expect(whyNotStarted(paused, progress, NOW_MS)).toBe('paused');
  }
  expect(stateOfPlan(paused, counted, NOW_MS)).toBe('ready');
  expect(whyNotStarted(paused, counted, NOW_MS)).toBeUndefined();
  expect(whyNotStarted({ ...paused, dryRun: false }, counted, NOW_MS)).toBeUndefined();
});

it('a plan may be started only while its count is there and counts; any other replay at any time', () => {
  for (const [progress, laterMs, reason] of [
    [undefined, 0, 'counting'],
    [stands('failed'), 0, 'count_unavailable'],
    [counted, 14 * MINUTE_MS, undefined],
    [counted, 15 * MINUTE_MS, 'expired'],
  ] as const) {
    expect(whyNotStarted(plan, progress, NOW_MS + laterMs)).toBe(reason);
    expect(whyNotStarted({ ...plan, id: 'rp_1' }, progress, NOW_MS + laterMs)).toBeUndefined();
  }
  // It was started in time: to start it again changes nothing.
  expect(whyNotStarted({ ...plan, dryRun: false }, counted, NOW_MS + 60 * MINUTE_MS)).toBeUndefined();
});
