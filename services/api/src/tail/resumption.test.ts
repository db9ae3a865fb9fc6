import { expect, test } from 'vitest';
import { planResumption } from './resumption.ts';

const log = [
  { lowOffset: 10, endOffset: 100 },
  { lowOffset: 0, endOffset: 50 },
];

test('a client goes on exactly where it was', () => {
  expect(planResumption([40, 50], log, 1_000)).toEqual({ from: [40, 50], gap: undefined });
});

test('of what is more than a resume reads, the newest is read, and the client is told', () => {
  expect(planResumption([10, 40], log, 60)).toEqual({ from: [70, 40], gap: 'too_far_back' });
});

test('what the topic does not keep any more is left out, and the client is told', () => {
  expect(planResumption([3, 50], log, 1_000)).toEqual({ from: [10, 50], gap: 'expired' });
});

test('a position beyond the end is of another log: only what comes is shown, and the client is told', () => {
  expect(planResumption([400, 20], log, 1_000)).toEqual({ from: [100, 20], gap: 'log_replaced' });
});
