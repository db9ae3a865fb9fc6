import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { forkService } from '@herald/service-kit/service-process';
import { eventually } from '@herald/testkit/eventually';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { clientOf, type RunningApi, startApi } from './testing/running-api.ts';

const stack = inject('stack');
const entry = join(import.meta.dirname, 'main.ts');
/** Prepares topics and schemas, and makes keys. */
let beside: RunningApi;

beforeAll(async () => {
  beside = await startApi(stack);
});

afterAll(() => beside.stop());

test('the service is ready once its tables are, serves what another replica wrote, and ends with 0', async () => {
  const { accountId, key, send } = await beside.client();
  const made = await send('POST', '/v1/endpoints', { project_id: 'p', url: 'http://127.0.0.1:9/' });
  const lines: string[] = [];
  const service = forkService({
    name: 'api',
    entry,
    env: {
      PATH: process.env.PATH,
      HERALD_KAFKA_BROKERS: stack.brokers.join(','),
      HERALD_SCHEMA_REGISTRY_URL: stack.registryUrl,
      HERALD_CLICKHOUSE_URL: stack.clickhouseUrl,
      HERALD_SEALING_KEYS: `k1:${randomBytes(32).toString('base64')}`,
      HERALD_API_PORT: '0',
      HERALD_ALLOWED_NETWORKS: '127.0.0.0/8',
    },
    output: { onLine: (line) => lines.push(line) },
  });
  const ready = await service.ready;
  if (!ready) throw new Error(lines.join('\n'));
  expect((await fetch(`${ready.adminUrl}/readyz`)).status).toBe(200);

  const client = clientOf(ready.apiUrl!, accountId, key);
  const path = `/v1/endpoints/${made.body.endpoint_id}`;
  const changed = await client.send(
    'PATCH',
    path,
    { name: 'there' },
    { 'if-match': made.headers.get('etag')! },
  );
  expect(changed.status).toBe(200);
  await eventually(async () => expect((await send('GET', path)).body.name).toBe('there'));

  for (const url of ['https://10.1.2.3/', 'https://10.1.2.3/again']) {
    expect((await client.send('POST', '/v1/endpoints', { project_id: 'p', url })).status).toBe(400);
  }

  const metrics = await (await fetch(`${ready.adminUrl}/metrics`)).text();
  expect(metrics).toMatch(/^herald_api_addresses_refused_total\{.*reason="private".*\} 2$/m);
  // Lines come by a pipe, later than the answer of which they tell.
  await eventually(() =>
    expect(lines.filter((line) => line.includes('address refused'))).toEqual([
      expect.stringContaining('10.1.2.3'),
    ]),
  );
  const counts = metrics
    .split('\n')
    .filter((line) => line.startsWith('herald_api_request_duration_seconds_count'));
  expect(counts).toEqual([
    expect.stringContaining('route="/v1/endpoints/{endpoint_id}",status="200"} 1'),
    expect.stringContaining('route="/v1/endpoints",status="400"} 2'),
  ]);
  expect(await service.stop()).toEqual({ code: 0, signal: null });
  expect(lines.join('\n')).not.toContain(key);
});

test('a wrong environment is told all its mistakes at once, and the sealing key is not repeated', async () => {
  const lines: string[] = [];
  const service = forkService({
    name: 'api',
    entry,
    env: {
      PATH: process.env.PATH,
      HERALD_SEALING_KEYS: 'k1:not-enough-key-material',
      HERALD_ALLOWED_NETWORKS: 'everything',
      HERALD_API_PORT: 'http',
    },
    output: { onLine: (line) => lines.push(line) },
  });
  expect((await service.ended).code).toBe(1);
  const output = lines.join('\n');
  for (const name of ['KAFKA_BROKERS', 'CLICKHOUSE_URL', 'SEALING_KEYS', 'ALLOWED_NETWORKS', 'API_PORT']) {
    expect(output).toContain(`HERALD_${name}`);
  }
  expect(output).not.toContain('not-enough-key-material');
});
