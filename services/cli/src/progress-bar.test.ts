import { expect, test } from 'vitest';
import { createProgressBar } from './progress-bar.ts';

test('where standard error is piped, each change is a line, and nothing in it steers a terminal', () => {
  let text = '';
  const write = (chunk: string) => {
    text += chunk;
    return true;
  };
  const bar = createProgressBar({ isTTY: false, write } as NodeJS.WriteStream);
  bar.show(0, 9, 'planning');
  bar.show(4, 9, 'planning');
  bar.show(9, 9, 'The API answered 502: <html>\n\x1b[2J');
  bar.stop();
  expect(text).toBe('planning  0/9\nThe API answered 502: <html>\\n\\x1b[2J  9/9\n');
});
