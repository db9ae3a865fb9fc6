import { pino } from 'pino';
import { expect, onTestFinished, test, vi } from 'vitest';
import { gatherLines } from './gathered-lines.ts';

function gathering(maxChars = 1_000) {
  const writes: string[] = [];
  const lines = gatherLines({ write: (text) => writes.push(text) }, { maxWaitMs: 100, maxChars });
  const log = pino({ base: null, timestamp: false }, lines);
  return {
    log,
    lines,
    messages: () => writes.map((text) => [...text.matchAll(/"msg":"(\w+)"/g)].map(([, m]) => m)),
  };
}

test('lines are written together, in order, when the first has waited long enough', () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const { log, messages } = gathering();
  log.info('one');
  log.info('two');
  vi.advanceTimersByTime(99);
  expect(messages()).toEqual([]);
  vi.advanceTimersByTime(1);
  expect(messages()).toEqual([['one', 'two']]);
});

test('a warning goes at once, with what was before it', () => {
  const { log, messages } = gathering();
  log.info('before');
  log.child({ of: 'a child' }).warn('now');
  expect(messages()).toEqual([['before', 'now']]);
});

test('what is too much to be kept goes at once', () => {
  const { log, messages } = gathering(40);
  log.info('one');
  log.info('two');
  expect(messages()).toEqual([['one', 'two']]);
});

test('after the end nothing waits', () => {
  const { log, lines, messages } = gathering();
  log.info('before');
  lines.end();
  log.info('after');
  expect(messages()).toEqual([['before'], ['after']]);
});
