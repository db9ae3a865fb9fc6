import { expect, test } from 'vitest';
import { claimOn, recordOf } from '../../test-support/fakes.ts';
import { createCrowding } from './crowding.ts';

const WINDOW = { records: 100, bytes: 1_000 };

test('a partition is crowded when a quarter of its window waits, by records or by bytes, and others are not', () => {
  const crowding = createCrowding(WINDOW);
  const [many, large, other] = [
    claimOn('webhook.deliveries', 0),
    claimOn('webhook.deliveries', 1),
    claimOn('b'),
  ];
  const records = Array.from({ length: 25 }, (_, offset) => recordOf({ claim: many, offset }));
  for (const record of records) {
    expect(crowding.isCrowded(many)).toBe(false);
    crowding.add(record);
  }
  expect(crowding.isCrowded(many)).toBe(true);
  crowding.remove(records[0]!);
  expect(crowding.isCrowded(many)).toBe(false);
  crowding.add(recordOf({ claim: large, offset: 0, value: Buffer.alloc(250) }));
  expect(crowding.isCrowded(large)).toBe(true);
  expect(crowding.isCrowded(other)).toBe(false);
});
