import type { PartitionProgress } from '@herald/kafka/group-progress';
import { expect, test } from 'vitest';
import { Currency } from './currency.ts';

/** [committed, end] of each partition. */
function progress(...partitions: Array<[number, number]>): PartitionProgress[] {
  return partitions.map(([committedOffset, endOffset], partition) => ({
    topic: 't',
    partition,
    committedOffset,
    completed: [],
    endOffset,
  }));
}

test('the history speaks of no moment until everything of one is on record', () => {
  const currency = new Currency();
  currency.note(1_000, progress([5, 10], [7, 7]));
  expect(currency.asOfMs).toBeUndefined();
  currency.note(2_000, progress([9, 20], [7, 9]));
  expect(currency.asOfMs).toBeUndefined();
  currency.note(3_000, progress([10, 30], [7, 9]));
  expect(currency.asOfMs).toBe(1_000);
});

test('while the logger is behind, the moment stands still; then it is the latest that is covered', () => {
  const currency = new Currency();
  currency.note(1_000, progress([10, 10]));
  currency.note(2_000, progress([10, 20]));
  currency.note(3_000, progress([12, 30]));
  expect(currency.asOfMs).toBe(1_000);
  currency.note(4_000, progress([35, 40]));
  expect(currency.asOfMs).toBe(3_000);
});

test('one partition that is behind holds the moment for all', () => {
  const currency = new Currency();
  currency.note(1_000, progress([0, 1], [10, 10]));
  currency.note(2_000, progress([0, 1], [20, 20]));
  expect(currency.asOfMs).toBeUndefined();
});

test('a logger that is away for long costs bounded memory, and its return is noticed', () => {
  const currency = new Currency(8);
  for (let minute = 1; minute <= 1_000; minute++) currency.note(minute, progress([0, minute]));
  expect(currency.asOfMs).toBeUndefined();
  currency.note(1_001, progress([500, 1_001]));
  expect(currency.asOfMs).toBeGreaterThan(0);
  expect(currency.asOfMs).toBeLessThanOrEqual(500);
  currency.note(1_002, progress([1_001, 1_002]));
  expect(currency.asOfMs).toBe(1_001);
});
