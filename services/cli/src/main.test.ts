import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { expect, test } from 'vitest';

test('a command whose output nobody reads any more ends quietly and well, whatever it had still to do', async () => {
  const main = join(import.meta.dirname, 'main.ts');
  const child = spawn(process.execPath, [main, 'listen', '--port', '0', '--json'], {
    env: { PATH: process.env.PATH },
  });
  const closed = once(child, 'close');
  let notes = '';
  const url = await new Promise<string>((resolve) => {
    child.stderr.on('data', (chunk) => {
      notes += chunk;
      const [address] = /http:\S+(?=;)/.exec(notes) ?? [];
      if (address) resolve(address);
    });
  });
  child.stdout.destroy();
  await fetch(url, { method: 'POST', body: 'hello' }).catch(() => undefined);
  expect(await closed).toEqual([0, null]);
  expect(notes.trim().split('\n')).toHaveLength(2);
});
