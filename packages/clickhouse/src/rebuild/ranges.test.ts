import { expect, test } from 'vitest';
import { rangesToRead } from './ranges.ts';

const bounds = { topic: 'webhook.attempts', partition: 3, lowOffset: 10, endOffset: 100 };
const at = (nextOffset: number) => [{ topic: 'webhook.attempts', partition: 3, nextOffset }];
const read = (from: number) => [{ topic: 'webhook.attempts', partition: 3, from, to: 100 }];

test('a rebuild reads everything that Kafka keeps, and after a stop what is left of it', () => {
  expect(rangesToRead([bounds], [])).toEqual(read(10));
  expect(rangesToRead([bounds], at(40))).toEqual(read(40));
  expect(rangesToRead([bounds], at(5))).toEqual(read(10));
});

test('what is read to its end is not read again, until there is more', () => {
  expect(rangesToRead([bounds], at(100))).toEqual([]);
  expect(rangesToRead([{ ...bounds, endOffset: 101 }], at(100))).toEqual([{ ...read(100)[0], to: 101 }]);
});

test('a log that is another one is read from its start', () => {
  expect(rangesToRead([bounds], at(400))).toEqual(read(10));
});
