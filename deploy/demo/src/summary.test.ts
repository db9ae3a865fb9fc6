import type { Account } from '@herald/testkit/accounting';
import { expect, test } from 'vitest';
import { complaints, summaryOf } from './summary.ts';

const GOOD: Account = {
  delivered: 3,
  dead: 1,
  held: 2,
  waiting: 0,
  lost: [],
  duplicates: 4,
  unexpected: [],
};
const LOST = { eventId: 'e1', endpointId: 'ep1' };

test('a run in which nothing is lost has nothing to complain about, whatever its duplicates', () => {
  expect(complaints(GOOD, 0)).toEqual([]);
});

test('a lost delivery, a stray message and a refused signature each fail the run, by a sentence', () => {
  expect(complaints({ ...GOOD, lost: [LOST] }, 0)).toEqual([
    expect.stringMatching(/1 deliveries are lost.*e1.*ep1/),
  ]);
  expect(complaints({ ...GOOD, unexpected: ['m1'] }, 0)).toHaveLength(1);
  expect(complaints(GOOD, 2)).toHaveLength(1);
});

test('the last line has exactly the documented fields, in their order', () => {
  const summary = summaryOf({ events: 6, routed: 7, attempts: 9, account: { ...GOOD, lost: [LOST] } });
  expect(JSON.stringify(summary)).toBe(
    '{"events":6,"routed":7,"delivered":3,"dead":1,"held":2,"waiting":0,"attempts":9,"duplicates":4,"lost":1}',
  );
});
