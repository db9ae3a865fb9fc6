import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, expect, test } from 'vitest';
import type { ReadyMessage } from './service.ts';

const tiny = new URL('../test-services/tiny.ts', import.meta.url);
const children: ChildProcess[] = [];

afterEach(() => {
  for (const child of children.splice(0)) if (child.exitCode === null) child.kill('SIGKILL');
});

interface LogLine {
  level: string;
  msg: string;
  [field: string]: unknown;
}

function start(env: Record<string, string> = {}) {
  const child = fork(tiny, [], {
    env: { PATH: process.env.PATH, HERALD_KAFKA_BROKERS: '127.0.0.1:1', ...env },
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  });
  children.push(child);
  let output = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  // Not 'close': it never comes to a parent that has disconnected.
  const closed = Promise.all([once(child, 'exit'), once(child.stdout!, 'end')]);
  return {
    child,
    ready: async () => (await once(child, 'message'))[0] as ReadyMessage,
    /** Resolves when a line with this message is out. */
    logged: async (msg: string) => {
      while (!output.includes(`"msg":"${msg}"`)) await once(child.stdout!, 'data');
    },
    ended: async () => {
      const [[exitCode]] = (await closed) as [[number | null], unknown];
      const lines = output
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as LogLine);
      return { exitCode, lines, messages: lines.map(({ msg }) => msg) };
    },
  };
}

test('a ready service tells its parent where it listens', async () => {
  const service = start();
  const ready = await service.ready();
  expect(ready).toEqual({
    type: 'ready',
    service: 'tiny',
    adminUrl: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
    workUrl: 'http://127.0.0.1:1',
  });
  expect((await fetch(`${ready.adminUrl}/readyz`)).status).toBe(200);
  expect(await (await fetch(`${ready.adminUrl}/metrics`)).text()).toContain(
    'process_cpu_seconds_total{service="tiny"}',
  );
});

test('a failing check takes readiness away by name and leaves the service alive', async () => {
  const { adminUrl } = await start({ TINY_SPELL: 'wrong' }).ready();
  const readyz = await fetch(`${adminUrl}/readyz`);
  expect(readyz.status).toBe(503);
  expect(await readyz.json()).toEqual({ ok: false, failing: { spell: 'the spell is wrong' } });
  expect((await fetch(`${adminUrl}/livez`)).status).toBe(200);
});

test('SIGTERM takes readiness away first, ends the work and exits 0', async () => {
  const service = start({ TINY_DRAIN_MS: '2000' });
  const { adminUrl } = await service.ready();
  service.child.kill('SIGTERM');
  await service.logged('stopping');
  const readyz = await fetch(`${adminUrl}/readyz`);
  expect(await readyz.json()).toEqual({ ok: false, failing: { 'life cycle': 'stopping' } });
  const { exitCode, messages } = await service.ended();
  expect(exitCode).toBe(0);
  expect(messages).toEqual(['ready', 'stopping', 'the work is finished', 'stopped', 'exit']);
});

test('work that outlives the shutdown deadline is named, and the exit is 1', async () => {
  const service = start({ TINY_DRAIN_MS: '60000', HERALD_SHUTDOWN_DEADLINE_MS: '50' });
  await service.ready();
  service.child.kill('SIGINT');
  const { exitCode, lines } = await service.ended();
  expect(exitCode).toBe(1);
  expect(lines).toContainEqual(
    expect.objectContaining({ level: 'error', stillRunning: ['stop', 'finish the work'] }),
  );
});

test('a second signal exits at once', async () => {
  const service = start({ TINY_DRAIN_MS: '60000' });
  await service.ready();
  service.child.kill('SIGTERM');
  await service.logged('stopping');
  service.child.kill('SIGTERM');
  const { exitCode, messages } = await service.ended();
  expect(exitCode).toBe(1);
  expect(messages).toEqual(['ready', 'stopping', 'second signal, exiting at once', 'exit']);
});

test('the signal that a supervisor passes on after Ctrl-C is not a second one', async () => {
  const service = start({ TINY_DRAIN_MS: '300' });
  await service.ready();
  service.child.kill('SIGINT');
  await service.logged('stopping');
  service.child.kill('SIGTERM');
  expect((await service.ended()).exitCode).toBe(0);
});

test('a service stops when the parent that forked it is gone', async () => {
  const service = start();
  await service.ready();
  service.child.disconnect();
  const { exitCode, messages } = await service.ended();
  expect(exitCode).toBe(0);
  expect(messages).toContain('stopped');
});

test.each([
  ['rejection', 'nobody waits for this'],
  ['exception', 'thrown from a callback'],
  ['fatal', 'the lane is dead'],
  ['start', 'the broker refused'],
])('after an unhandled failure (%s) there is one fatal line and an exit 1', async (failure, message) => {
  const { exitCode, lines } = await start({ TINY_FAILS_BY: failure }).ended();
  expect(exitCode).toBe(1);
  const fatal = lines.filter(({ level }) => level === 'fatal');
  expect(fatal).toHaveLength(1);
  expect(fatal[0]).toMatchObject({ err: { message, stack: expect.any(String) } });
  expect(lines.at(-1)).toMatchObject({ msg: 'exit', exitCode: 1 });
});

test('a stop that fails is not a clean exit', async () => {
  const service = start({ TINY_FAILS_BY: 'stop' });
  await service.ready();
  service.child.kill('SIGTERM');
  const { exitCode, lines } = await service.ended();
  expect(exitCode).toBe(1);
  expect(lines).toContainEqual(
    expect.objectContaining({
      level: 'fatal',
      err: expect.objectContaining({ message: 'the flush failed' }),
    }),
  );
});

test('a service with mistakes in its environment says all of them in one fatal line', async () => {
  const { exitCode, lines } = await start({
    HERALD_KAFKA_BROKERS: 'nowhere',
    HERALD_LOG_LEVEL: 'loud',
    TINY_FAILS_BY: 'magic',
  }).ended();
  expect(exitCode).toBe(1);
  const [fatal] = lines;
  expect(fatal?.level).toBe('fatal');
  for (const name of ['HERALD_KAFKA_BROKERS="nowhere"', 'HERALD_LOG_LEVEL="loud"', 'TINY_FAILS_BY="magic"'])
    expect(fatal?.msg).toContain(name);
});
