import { expect, test } from 'vitest';
import { parseCpuSeconds, parseMachine, parseRssBytes } from './proc.ts';

test('CPU time is user and system time, whatever the process calls itself', () => {
  const stat = '42 (a) R 1 (b) S 1 42 42 0 -1 4194560 100 0 0 0 250 50 9 9 20 0 12 0 12345 1000 200';
  expect(parseCpuSeconds(stat)).toBe(3);
});

test('memory is the resident set, and 0 where the kernel tells none', () => {
  expect(parseRssBytes('Name:\tnode\nVmHWM:\t  900 kB\nVmRSS:\t  512 kB\n')).toBe(512 * 1024);
  expect(parseRssBytes('Name:\tkthreadd\n')).toBe(0);
});

test('a machine is not busy while it is idle, waits for a disk or is not given its core, which is stolen', () => {
  const stat = 'cpu  100 200 300 9999 9999 40 60 800 50 0\ncpu0 1 2 3 4 5 6 7 8 9 0\n';
  expect(parseMachine(stat)).toEqual({ busySeconds: 7, stolenSeconds: 8 });
});
