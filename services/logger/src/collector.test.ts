import { expect, test } from 'vitest';
import { aRecord } from '../test-support/records.ts';
import { Collector } from './collector.ts';

function collectorOf(sizes: readonly number[], bounds = { maxRows: 3, maxBytes: 100 }): Collector {
  const collector = new Collector(bounds);
  for (const size of sizes) collector.add({ record: aRecord(), bytes: Buffer.alloc(size) });
  return collector;
}

function takenSizes(collector: Collector): number[] {
  return collector.take().map(({ bytes }) => bytes.length);
}

test('what is taken keeps to both bounds, oldest first, and nothing is left out', () => {
  const collector = collectorOf([40, 50, 20, 1, 2, 3, 4]);
  expect(takenSizes(collector)).toEqual([40, 50]);
  expect(takenSizes(collector)).toEqual([20, 1, 2]);
  expect(collector.rows).toBe(2);
  expect(takenSizes(collector)).toEqual([3, 4]);
  expect(takenSizes(collector)).toEqual([]);
});

test('a row that is larger than an insert may be goes alone', () => {
  const collector = collectorOf([500, 1]);
  expect(takenSizes(collector)).toEqual([500]);
  expect(takenSizes(collector)).toEqual([1]);
});

test('it is full by rows or by bytes, and not any more when they were taken', () => {
  expect(collectorOf([1, 1]).isFull).toBe(false);
  expect(collectorOf([1, 1, 1]).isFull).toBe(true);
  const large = collectorOf([60, 60]);
  expect(large.isFull).toBe(true);
  large.take();
  expect(large.isFull).toBe(false);
});
