import { expect, test } from 'vitest';
import { OptionError } from '../tool/options.ts';
import { readBenchOptions, readFillOptions } from './options.ts';

test('ten million attempts are measured and one million filled, unless told otherwise', () => {
  expect(readBenchOptions([])).toEqual({
    help: false,
    json: false,
    rows: 10_000_000,
    dataDir: undefined,
    maxDepth: 1_000,
    only: '',
  });
  expect(readBenchOptions(['--data', 'kept', '--depth', '1', '--only', 'word'])).toMatchObject({
    dataDir: 'kept',
    maxDepth: 1,
    only: 'word',
  });
  expect(readFillOptions(['--url', 'http://127.0.0.1:9'])).toEqual({
    help: false,
    rows: 1_000_000,
    url: 'http://127.0.0.1:9',
    database: 'herald',
  });
});

test.each([
  ['--rows', '0'],
  ['--rows', '1e6'],
  ['--row', '1000'],
])('%s %s is refused with what there is', (...args) => {
  expect(() => readBenchOptions(args)).toThrow(OptionError);
  expect(() => readFillOptions(args)).toThrow('npm run history:fill');
});

test.each(['0', '1001', 'all'])('--depth %s is refused with what it takes', (depth) => {
  expect(() => readBenchOptions(['--depth', depth])).toThrow('a number from 1 to 1000');
});
