import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';

const BY_THREAD = '/proc/self/task';

test('all threads of a process give way, those of V8 too', () => {
  const module = new URL('give-way.ts', import.meta.url).href;
  const script = `
    import { existsSync, readdirSync } from 'node:fs';
    import { getPriority } from 'node:os';
    import { giveWay } from '${module}';
    giveWay(7);
    const threads = existsSync('${BY_THREAD}') ? readdirSync('${BY_THREAD}').map(Number) : [0];
    console.log(JSON.stringify(threads.map(getPriority)));
  `;
  const said = execFileSync(process.execPath, ['--input-type=module', '--eval', script]).toString();
  const priorities = JSON.parse(said) as number[];
  expect(new Set(priorities)).toEqual(new Set([7]));
  if (existsSync(BY_THREAD)) expect(priorities.length).toBeGreaterThan(1);
});
