import { EventEmitter, once } from 'node:events';
import { setImmediate } from 'node:timers/promises';
import { expect, test, vi } from 'vitest';
import { abortedByStop } from './stop.ts';

test('the first Ctrl-C asks for an end, and a second one does not wait for it', async () => {
  const exit = vi.fn();
  const process = Object.assign(new EventEmitter(), { exit });
  const signal = abortedByStop(process as unknown as NodeJS.Process);
  const aborted = once(signal, 'abort');
  process.emit('SIGINT');
  await aborted;
  expect(exit).not.toHaveBeenCalled();
  process.emit('SIGINT');
  await setImmediate();
  expect(exit).toHaveBeenCalledWith(1);
});
