import { expect, test } from 'vitest';
import { countUnmet } from './count.ts';
import { plannedEndpoints, remainingOf, unmatchedOf } from './planned.ts';
import { OTHERS, type Tally } from './progress.ts';

const named = (endpointId: string, toSend = 1) => ({ endpointId, toSend, sent: 0 });
const tally = (sent: number, skipped: Record<string, number> = {}): Tally => ({
  scanned: 0,
  matched: sent + Object.values(skipped).reduce((sum, each) => sum + each, 0),
  sent,
  skipped,
});

test('a run goes to the endpoints that the plan has looked at, also to one that had everything then', () => {
  const isPlanned = plannedEndpoints({ endpoints: [named('a'), named('b', 0)], plannedAtMs: 5 }, () => 1);
  expect(['a', 'b', 'c'].map(isPlanned)).toEqual([true, true, false]);
});

test('where they were too many to be named, one that came after the plan is known by its time', () => {
  const createdAtMs = (id: string) => ({ a: 9, old: 5, later: 6 })[id];
  const isPlanned = plannedEndpoints({ endpoints: [named('a'), named(OTHERS)], plannedAtMs: 5 }, createdAtMs);
  expect(['a', 'old', 'later', 'gone'].map(isPlanned)).toEqual([true, true, false, false]);
});

test('what remains falls to nothing by what is sent and what is left out beyond the plan, and by nothing else', () => {
  const planned = tally(10, { already_delivered: 5 });
  const remaining = (sent: number, skipped?: Record<string, number>) =>
    remainingOf({ planned, done: tally(sent, skipped) });
  expect(remaining(0)).toBe(10);
  expect(remaining(4, { already_delivered: 5 })).toBe(6);
  expect(remaining(4, { already_delivered: 7 })).toBe(4);
  expect(remaining(4, { already_delivered: 5, not_planned: 100 })).toBe(6);
  expect(remaining(8, { already_delivered: 7 })).toBe(0);
});

test('what a run has not met is left out at its end, so that it closes with its plan', () => {
  const progress = {
    planned: tally(10, { no_endpoint: 2 }),
    done: tally(4, { no_endpoint: 5, not_planned: 7 }),
  };
  expect(unmatchedOf(progress)).toBe(3);
  countUnmet(progress, 3, 'not_wanted');
  expect(progress.done).toEqual(tally(4, { no_endpoint: 5, not_planned: 7, not_wanted: 3 }));
  expect([unmatchedOf(progress), remainingOf(progress)]).toEqual([0, 0]);
});
