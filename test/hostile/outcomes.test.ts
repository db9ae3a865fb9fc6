import type { DeliveryAttempt } from '@herald/contracts/generated/delivery-attempt';
import { expect, test } from 'vitest';
import { createOutcomeTally, faultsOf } from './outcomes.ts';

const hanging = { name: 'never answers', behaviour: {}, expected: ['timeout'] };
const healthy = { name: 'healthy', behaviour: {}, expected: ['200'] };

function tallyOf(...attempts: Partial<DeliveryAttempt>[]) {
  const tally = createOutcomeTally(
    new Map([
      ['ep1', hanging],
      ['ep2', healthy],
    ]),
  );
  for (const attempt of attempts) {
    tally.count({ disposition: 'ATTEMPTED', response: null, duration_ms: 1, ...attempt } as DeliveryAttempt);
  }
  return tally;
}

const answered = { endpoint_id: 'ep2', response: { status: 200 } as DeliveryAttempt['response'] };

test('a run in which everything ends as it has to has no faults', () => {
  const tally = tallyOf({ endpoint_id: 'ep1', outcome: 'timeout' }, answered);
  expect([tally.attempts, faultsOf(tally.all(), 10)]).toEqual([2, []]);
});

test('an unexpected end, a receiver without attempts and a late end are faults, each with its receiver', () => {
  const tally = tallyOf(
    { endpoint_id: 'ep1', outcome: 'reset' },
    { endpoint_id: 'ep1', outcome: 'timeout', duration_ms: 99 },
  );
  expect(faultsOf(tally.all(), 50)).toEqual([
    'never answers: 1 ended as reset, not timeout',
    'never answers: an attempt took 99 ms',
    'healthy: nothing was attempted',
  ]);
});

test('what made no request does not count', () => {
  expect(tallyOf({ ...answered, disposition: 'PARKED' }).attempts).toBe(0);
});
