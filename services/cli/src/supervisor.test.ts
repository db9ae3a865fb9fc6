import type { ReadyMessage } from '@herald/service-kit/service';
import type { Ended, ServiceProcess } from '@herald/service-kit/service-process';
import { expect, test } from 'vitest';
import { backoffMs } from './backoff.ts';
import { type Change, supervise } from './supervisor.ts';

/** Processes that live in this one: a test ends them as it likes. */
function world(services: readonly string[], isReady: (service: string) => boolean = () => true) {
  const changes: Change[] = [];
  const stopped: string[] = [];
  const alive = new Map<string, { crash(): void }>();
  const waiting: { found: () => boolean; resolve: () => void }[] = [];

  const fork = (service: string): ServiceProcess => {
    const ended = Promise.withResolvers<Ended>();
    alive.set(service, { crash: () => ended.resolve({ code: null, signal: 'SIGKILL' }) });
    const ready: ReadyMessage = { type: 'ready', service, adminUrl: 'http://127.0.0.1:1' };
    if (!isReady(service)) ended.resolve({ code: 1, signal: null });
    return {
      name: service,
      pid: changes.length,
      ready: Promise.resolve(isReady(service) ? ready : undefined),
      ended: ended.promise,
      stop() {
        stopped.push(service);
        ended.resolve({ code: 0, signal: null });
        return ended.promise;
      },
      kill9: () => ended.promise,
    };
  };
  const supervisor = supervise({
    services,
    fork,
    onChange(change) {
      changes.push(change);
      for (const { found, resolve } of waiting) if (found()) resolve();
    },
  });
  const count = (service: string, kind: Change['kind']) =>
    changes.filter((change) => change.service === service && change.kind === kind).length;
  const seen = (service: string, kind: Change['kind'], times: number) =>
    new Promise<void>((resolve) => {
      const found = () => count(service, kind) >= times;
      if (found()) resolve();
      else waiting.push({ found, resolve });
    });
  return { supervisor, stopped, seen, count, crash: (service: string) => alive.get(service)?.crash() };
}

test('a service that crashes after it was ready is started again, and the others are left alone', async () => {
  const { supervisor, seen, count, crash } = world(['api', 'logger']);
  expect(await supervisor.ready).toBe(true);
  crash('logger');
  await seen('logger', 'ready', 2);
  expect(count('api', 'started')).toBe(1);
  await supervisor.stop();
});

test('services stop one after the other, in the order given', async () => {
  const { supervisor, stopped } = world(['producer', 'api', 'dispatcher', 'logger']);
  await supervisor.ready;
  await supervisor.stop();
  expect(stopped).toEqual(['producer', 'api', 'dispatcher', 'logger']);
});

test('a service that was never ready is told, not started again and again', async () => {
  const { supervisor, count } = world(['api', 'logger'], (service) => service !== 'api');
  expect(await supervisor.ready).toBe(false);
  await supervisor.stop();
  expect(count('api', 'started')).toBe(1);
});

test('a service that waits to be started again is not started by a stop', async () => {
  const { supervisor, seen, count, crash } = world(['api']);
  await supervisor.ready;
  crash('api');
  await seen('api', 'ended', 1);
  await supervisor.stop();
  expect(count('api', 'started')).toBe(1);
});

test('the wait before a restart doubles and has an end', () => {
  expect([1, 2, 3, 7, 50].map(backoffMs)).toEqual([500, 1_000, 2_000, 30_000, 30_000]);
});
