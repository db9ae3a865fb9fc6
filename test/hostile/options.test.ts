import { expect, test } from 'vitest';
import { OptionError } from '../tool/options.ts';
import { readOptions } from './options.ts';

test('ten minutes, ten events a second and 64 MiB, unless told otherwise', () => {
  expect(readOptions([])).toEqual({ help: false, minutes: 10, eventsPerSecond: 10, maxGrowthMib: 64 });
  expect(readOptions(['--minutes', '0.5', '--events-per-second', '3'])).toMatchObject({
    minutes: 0.5,
    eventsPerSecond: 3,
  });
});

test.each([
  ['--minutes', '0'],
  ['--minutes', 'ten'],
  ['--max-growth-mib', '-1'],
  ['--minute', '1'],
])('%s %s is refused with what there is', (...args) => {
  expect(() => readOptions(args)).toThrow(OptionError);
  expect(() => readOptions(args)).toThrow('npm run hostile');
});
