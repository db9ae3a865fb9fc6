import { expect, test } from 'vitest';
import { columns, figure } from './columns.ts';

test('columns are as wide as their widest cell, names to the left and figures to the right', () => {
  expect(
    columns([
      ['', 'p50', 'p99'],
      ['at 300/s', '1', '1,234'],
    ]),
  ).toEqual(['          p50    p99', 'at 300/s    1  1,234']);
});

test.each([
  [undefined, '–'],
  [Number.NaN, '–'],
  [Number.POSITIVE_INFINITY, 'never'],
  [12_345.6, '12,346'],
  [1.2345, '1.23'],
  [0.01234, '0.012'],
  [0, '0'],
])('a figure shows what can be known of it: %s as %s', (value, shown) => {
  expect(figure(value)).toBe(shown);
});
