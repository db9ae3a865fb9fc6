import { createLogger } from '@herald/service-kit/log';
import { createMetrics } from '@herald/service-kit/metrics';
import { expect, test } from 'vitest';
import { createDispatcherMetrics } from './metrics.ts';
import { createObserver } from './observe.ts';

test('each refused address is counted by its kind, and the log names a host once, however often it is tried', async () => {
  const lines: string[] = [];
  const registered = createMetrics({ service: 'dispatcher' });
  const observe = createObserver({
    log: createLogger({
      service: 'dispatcher',
      level: 'info',
      format: 'json',
      destination: { write: (line) => lines.push(line) },
    }),
    metrics: createDispatcherMetrics(registered),
    level: 'info',
  });
  for (let n = 0; n < 1_000; n++) {
    observe.refused({ reason: 'private', hostname: 'inside.example', address: '10.1.2.3' });
  }
  expect(await registered.registry.metrics()).toMatch(
    /addresses_refused_total\{.*reason="private".*\} 1000$/m,
  );
  expect(lines.map((line) => JSON.parse(line))).toEqual([
    expect.objectContaining({ hostname: 'inside.example', address: '10.1.2.3', msg: 'address refused' }),
  ]);
});
