import { expect, test } from 'vitest';
import { OptionError } from '../tool/options.ts';
import { readOptions } from './options.ts';

test('without options Herald goes through everything', () => {
  const options = readOptions([]);
  expect(options.other).toBeUndefined();
  expect([...options.only]).toEqual([
    'idle',
    'one',
    'fan',
    'many',
    'latency',
    'isolation',
    'replay',
    'logger',
  ]);
});

test('another sender is given by its URL, with the processes to be watched', () => {
  const args = ['--publish-url', 'http://127.0.0.1:1/events', '--watch', 'api=12', '--watch', 'worker=13'];
  expect(readOptions(args).other?.watched.map(({ name, pid }) => [name, pid])).toEqual([
    ['api', 12],
    ['worker', 13],
  ]);
});

test.each([
  [['--only', 'one,tow'], 'tow'],
  [['--profile', 'kafka'], 'dispatcher'],
  [['--publish-url', 'ftp://a'], 'no http'],
  [['--publish-url', 'http://a', '--watch', 'api'], 'name=pid'],
  [['--sink-port', '70000'], '65535'],
  [['--endpoints'], '--sink-port'],
  [['--quik'], '--quick'],
])('what cannot be done is refused with what can: %j', (args, told) => {
  expect(() => readOptions(args)).toThrow(OptionError);
  expect(() => readOptions(args)).toThrow(told);
});
