import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { type ForkOptions, forkService } from './service-process.ts';

const TINY = join(import.meta.dirname, '..', 'test-services', 'tiny.ts');
const dir = mkdtempSync(join(tmpdir(), 'herald-fork-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

function forkTiny(options: Partial<ForkOptions> = {}) {
  const env = { PATH: process.env.PATH, HERALD_KAFKA_BROKERS: '127.0.0.1:1', ...options.env };
  return forkService({ name: 'tiny', entry: TINY, output: { onLine: () => {} }, ...options, env });
}

test('a service is ready with the addresses that it announced, and drains when it is stopped', async () => {
  const service = forkTiny();
  expect(await service.ready).toMatchObject({ service: 'tiny', workUrl: 'http://127.0.0.1:1' });
  expect(await service.stop()).toEqual({ code: 0, signal: null });
});

test('one that ends before it is ready says so, and leaves its reason in its output', async () => {
  const file = join(dir, 'tiny.log');
  const service = forkTiny({ env: { HERALD_KAFKA_BROKERS: 'nonsense' }, output: { file } });
  expect(await service.ready).toBeUndefined();
  expect(await service.ended).toEqual({ code: 1, signal: null });
  expect(readFileSync(file, 'utf8')).toContain('HERALD_KAFKA_BROKERS');
});

test('kill -9 resolves when the process is gone, and once more for one that is', async () => {
  const service = forkTiny();
  await service.ready;
  expect(await service.kill9()).toEqual({ code: null, signal: 'SIGKILL' });
  expect(() => process.kill(service.pid, 0)).toThrow();
  expect(await service.kill9()).toEqual({ code: null, signal: 'SIGKILL' });
});
