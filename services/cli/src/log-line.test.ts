import { expect, test } from 'vitest';
import { formatLogLine } from './log-line.ts';
import { createPainting } from './painting.ts';

const { colors: plain } = createPainting(false);

test('a JSON line becomes one for people, with its fields', () => {
  const line = JSON.stringify({
    level: 'info',
    time: '2026-01-02T03:04:05.678Z',
    service: 'api',
    pid: 7,
    msg: 'ready',
    apiUrl: 'http://127.0.0.1:1',
    lanes: [1, 2],
  });
  expect(formatLogLine('api', line, plain)).toBe(
    '03:04:05.678 api        ready apiUrl=http://127.0.0.1:1 lanes=[1,2]',
  );
});

test('a level that calls for attention is named, and an error keeps its stack', () => {
  const line = JSON.stringify({
    level: 'fatal',
    time: '2026-01-02T03:04:05.678Z',
    msg: 'fatal',
    err: { message: 'no', stack: 'Error: no\n    at x' },
  });
  expect(formatLogLine('logger', line, plain)).toBe(
    '03:04:05.678 logger     FATAL fatal \nError: no\n    at x',
  );
});

test('what is not JSON passes as it is', () => {
  expect(formatLogLine('api', '{half', plain)).toBe('api        {half');
});
