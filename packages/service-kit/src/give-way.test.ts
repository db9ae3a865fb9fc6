import { execFileSync, spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';

const BY_THREAD = '/proc/self/task';
const BY_SESSION = '/proc/self/autogroup';
const MODULE = new URL('give-way.ts', import.meta.url).href;

/** What the kernel says of the priority of a process's session once it has given way. */
async function runInSession(session: 'own' | 'ours'): Promise<string> {
  const script = `
    import { existsSync, readFileSync } from 'node:fs';
    import { giveWay } from '${MODULE}';
    giveWay(7);
    const said = existsSync('${BY_SESSION}') ? readFileSync('${BY_SESSION}', 'utf8') : 'x unknown';
    process.stdout.write(said.trim().replace(/^\\S+ /, ''));
  `;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', script], {
    detached: session === 'own',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return text(child.stdout);
}

test('all threads of a process give way, those of V8 too', () => {
  const script = `
    import { existsSync, readdirSync } from 'node:fs';
    import { getPriority } from 'node:os';
    import { giveWay } from '${MODULE}';
    giveWay(7);
    const threads = existsSync('${BY_THREAD}') ? readdirSync('${BY_THREAD}').map(Number) : [0];
    console.log(JSON.stringify(threads.map(getPriority)));
  `;
  const said = execFileSync(process.execPath, ['--input-type=module', '--eval', script]).toString();
  const priorities = JSON.parse(said) as number[];
  expect(new Set(priorities)).toEqual(new Set([7]));
  if (existsSync(BY_THREAD)) expect(priorities.length).toBeGreaterThan(1);
});

test('a process with a session of its own gives way as a session, since the kernel shares the cores among these', async () => {
  const said = await runInSession('own');
  expect(said).toBe(existsSync(BY_SESSION) ? 'nice 7' : 'unknown');
});

test('a process of a session of others leaves that as it is', async () => {
  const ours = existsSync(BY_SESSION)
    ? readFileSync(BY_SESSION, 'utf8').trim().replace(/^\S+ /, '')
    : 'unknown';
  expect(await runInSession('ours')).toBe(ours);
});
