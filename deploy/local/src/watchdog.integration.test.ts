import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { gone, isRunning } from './stack-fixtures.ts';
import { startWatchdog } from './watchdog.ts';

function sleeper(): number {
  const child = spawn('sleep', ['60']);
  onTestFinished(() => void child.kill('SIGKILL'));
  return child.pid!;
}

test('at its end it kills what it still watches, and never a number that it was told to forget', async () => {
  const [first, forgotten, last] = [sleeper(), sleeper(), sleeper()];
  const watchdog = startWatchdog();
  for (const pid of [first, forgotten, last]) watchdog.watch(pid);
  watchdog.forget(forgotten);
  await watchdog.close();
  await gone([first, last]);
  expect(isRunning(forgotten)).toBe(true);
});

test('at its end it removes the folder that nobody wants to keep, spaces in its name or not', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'herald stack '));
  await startWatchdog(folder).close();
  expect(existsSync(folder)).toBe(false);
});
