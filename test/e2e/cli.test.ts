import { execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePorts } from '@herald/local-stack/ports';
import { type Stack, startStack } from '@herald/local-stack/stack';
import { forkService, type ServiceProcess } from '@herald/service-kit/service-process';
import { eventually } from '@herald/testkit/eventually';
import { createReceiver, type Receiver } from '@herald/testkit/receiver';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { redeliverByPlan } from './bulk-plan.ts';
import { countEvents, recordOldErasure } from './erasure.ts';
import { proveKeys } from './prove-keys.ts';
import { verifierOf } from './signature.ts';

/** The command as a person has it: from nothing but three servers to a delivery on the screen. */

const CLI = join(import.meta.dirname, '..', '..', 'services', 'cli', 'src', 'main.ts');
const SERVICES = ['producer', 'api', 'replayer', 'dispatcher', 'logger'];
const dir = mkdtempSync(join(tmpdir(), 'herald-cli-'));

let stack: Stack;
let receiver: Receiver;
let env: NodeJS.ProcessEnv;

beforeAll(async () => {
  stack = await startStack();
  receiver = await createReceiver();
  const [apiPort, ingestPort] = (await freePorts(2)) as [number, number];
  env = {
    PATH: process.env.PATH,
    NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE,
    HERALD_KAFKA_BROKERS: stack.brokers.join(','),
    HERALD_SCHEMA_REGISTRY_URL: stack.registryUrl,
    HERALD_CLICKHOUSE_URL: stack.clickhouseUrl,
    HERALD_SEALING_KEYS: `k1:${randomBytes(32).toString('base64')}`,
    HERALD_ALLOWED_NETWORKS: '127.0.0.0/8',
    HERALD_API_PORT: String(apiPort),
    HERALD_INGEST_PORT: String(ingestPort),
    HERALD_API_URL: `http://127.0.0.1:${apiPort}`,
    HERALD_LEDGER_INTERVAL_MS: '500',
    HERALD_LEDGER_OVERDUE_MS: '3000',
  };
});

afterAll(async () => {
  await receiver?.close();
  await stack?.stop();
  rmSync(dir, { recursive: true, force: true });
});

interface Result {
  code: number;
  stdout: string;
  stderr: string;
}

function herald(...args: string[]): Promise<Result> {
  return new Promise((resolve) => {
    execFile(process.execPath, [CLI, ...args], { env }, (error, stdout, stderr) =>
      resolve({ code: error ? Number(error.code) : 0, stdout, stderr }),
    );
  });
}

async function heraldJson<T>(...args: string[]): Promise<T> {
  const { code, stdout, stderr } = await herald(...args, '--json');
  expect(code, stderr).toBe(0);
  return JSON.parse(stdout) as T;
}

/** `herald tail`, and what it prints. */
function heraldTail(...args: string[]) {
  const child = spawn(process.execPath, [CLI, ...args, 'tail', '--json'], { env });
  const ended = once(child, 'exit');
  let text = '';
  child.stdout.on('data', (chunk) => {
    text += chunk;
  });
  return {
    told: () =>
      text
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line) as object),
    /** As Ctrl-C does; resolves with the exit code. */
    async interrupt(): Promise<number> {
      child.kill('SIGINT');
      const [code] = await ended;
      return code;
    },
  };
}

interface Told {
  kind?: string;
  service: string;
  pid: number;
}

/** `herald up`, and what it tells the process that forked it. */
async function heraldUp() {
  const told: Told[] = [];
  const process_: ServiceProcess = forkService({
    name: 'up',
    entry: CLI,
    args: ['up', '--log-dir', dir],
    env,
    output: { file: join(dir, 'up.log') },
    onMessage: (message) => told.push(message as Told),
  });
  onTestFinished(async () => void (await process_.stop()));
  expect(await process_.ready, readFileSync(join(dir, 'up.log'), 'utf8')).toBeDefined();
  const started = (service: string) =>
    told.filter((change) => change.kind === 'started' && change.service === service);
  return {
    process: process_,
    told,
    started,
    pids: () => SERVICES.map((service) => started(service).at(-1)!.pid),
  };
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

test('setup makes all that the services need, and a second run changes nothing', async () => {
  await heraldJson('setup');
  const again = await heraldJson<{ topics: { result: string }[]; migrations: { applied: [] } }>('setup');
  expect(new Set(again.topics.map(({ result }) => result))).toEqual(new Set(['unchanged']));
  expect(again.migrations.applied).toEqual([]);
});

test('a mistake in the command is exit 2 with all of them named, a failure is exit 1', async () => {
  const wrong = await herald('simulate', '--rate', 'fast', '--count', '0');
  expect(wrong).toMatchObject({ code: 2, stdout: '' });
  expect(wrong.stderr).toMatch(/--rate fast.*\n.*--count 0/);
  expect(await herald('no-such-command')).toMatchObject({ code: 2 });
  const away = await herald('migrate', '--clickhouse', 'http://127.0.0.1:1');
  expect(away).toMatchObject({ code: 1, stdout: '' });
  expect(away.stderr.trim().split('\n')).toHaveLength(1);
});

test('a revoked key is told apart from a valid one, and an unknown one is a failure', async () => {
  const first = await heraldJson<{ key: string; key_id: string }>('keys', 'create', '--account', 'other');
  expect(first.key).toMatch(/^hk_/);
  expect(await herald('keys', 'revoke', first.key_id, '--account', 'other')).toMatchObject({ code: 0 });
  const [listed] = await heraldJson<{ revoked_at: string | null }[]>('keys', 'list', '--account', 'other');
  expect(listed?.revoked_at).not.toBeNull();
  expect(await herald('keys', 'revoke', 'f00d', '--account', 'other')).toMatchObject({ code: 1 });
});

/** Lets every publication through. */
const ANY_CHANNEL = { field: 'channel.id', op: 'exists' };

describe('herald up', () => {
  test('runs Herald: from a key to a delivery that can be read', async () => {
    const up = await heraldUp();
    const { key } = await heraldJson<{ key: string }>('keys', 'create', '--account', 'acme');
    const envFile = join(dir, 'key.env');
    writeFileSync(envFile, `HERALD_API_KEY=${key}\n`);
    const withKey = ['--env-file', envFile];
    const endpoint = await heraldJson<{ endpoint_id: string; secret: string }>(
      ...withKey,
      'endpoints',
      'add',
      '--project',
      'acme-p1',
      '--url',
      receiver.url,
      '--filter',
      JSON.stringify(ANY_CHANNEL),
    );
    receiver.verifyWith(verifierOf(endpoint.secret));
    const listed = await heraldJson<{ items: object[] }>(...withKey, 'endpoints', 'list');
    expect(listed.items).toMatchObject([
      { endpoint_id: endpoint.endpoint_id, subscription: { filter: ANY_CHANNEL } },
    ]);

    const tail = heraldTail(...withKey);

    // An event that is routed before the dispatcher has read the endpoint misses it, so publish until one arrives.
    await eventually(async () => {
      expect(await herald('simulate', '--accounts', 'acme', '--count', '1')).toMatchObject({ code: 0 });
      expect(receiver.requests.filter(({ status }) => status === 200)).not.toEqual([]);
    });
    const [delivery] = await eventually(async () => {
      const page = await heraldJson<{ items: { delivery_id: string; state: string }[] }>(
        ...withKey,
        'deliveries',
        'list',
      );
      expect(page.items).toContainEqual(expect.objectContaining({ state: 'delivered' }));
      return page.items.filter(({ state }) => state === 'delivered');
    });
    // It tells of what comes once it is connected: publish until something does.
    await eventually(
      async () => {
        await heraldJson('simulate', '--accounts', 'acme', '--count', '1');
        expect(tail.told()).toContainEqual({
          event: 'disposition',
          data: expect.objectContaining({
            endpoint_id: endpoint.endpoint_id,
            state: 'delivered',
            status: 200,
          }),
        });
      },
      { timeoutMs: 60_000, everyMs: 1_000 },
    );
    expect(await tail.interrupt()).toBe(0);
    const shown = await herald(...withKey, 'deliveries', 'show', delivery!.delivery_id);
    expect(shown).toMatchObject({ code: 0 });
    expect(shown.stdout).toContain(`POST ${receiver.url}`);
    expect(shown.stdout).toContain('webhook-signature: v1,');

    expect(await herald(...withKey, 'endpoints', 'check', 'http://10.0.0.1/')).toMatchObject({ code: 1 });
    await heraldJson(...withKey, 'endpoints', 'pause', endpoint.endpoint_id);
    const tested = await heraldJson<{ webhook_id: string; attempt: { verdict: string } }>(
      ...withKey,
      'endpoints',
      'test',
      endpoint.endpoint_id,
    );
    expect(tested.attempt.verdict).toBe('delivered');
    const test = receiver.requests.find(({ webhookId }) => webhookId === tested.webhook_id);
    expect(test).toMatchObject({ status: 200, headers: { 'herald-cause': 'test' } });
    await heraldJson(...withKey, 'endpoints', 'resume', endpoint.endpoint_id);

    // Only a replayer can count: the other tests of processes have none.
    const apiUrl = env.HERALD_API_URL as string;
    await redeliverByPlan({ apiUrl, key, endpointId: endpoint.endpoint_id, receiver });

    const madeMs = Date.now();
    await eventually(
      async () => {
        const ledger = await heraldJson<{
          as_of: string;
          accepted: number;
          routed: number;
          unrouted: number;
        }>(...withKey, 'ledger');
        // By then all of it was due for long enough to be judged.
        expect(Date.parse(ledger.as_of)).toBeGreaterThan(madeMs + 3_000);
        expect(ledger).toMatchObject({ unrouted: 0, gaps: { items: [] }, overdue: { deliveries: [] } });
        expect(ledger.routed).toBe(ledger.accepted);
      },
      { timeoutMs: 60_000, everyMs: 500 },
    );
    expect((await herald(...withKey, 'ledger')).stdout).toContain('everything adds up');
    const endpoints = await heraldJson<{ items: object[] }>(...withKey, 'ledger', 'endpoints');
    expect(endpoints.items).toMatchObject([{ endpoint_id: endpoint.endpoint_id, pending: 0 }]);

    const rotated = await heraldJson<{ secret: string; secrets: { scheme: string }[] }>(
      ...withKey,
      'endpoints',
      'rotate-secret',
      endpoint.endpoint_id,
      '--scheme',
      'v1a',
      '--overlap-seconds',
      '60',
    );
    expect(rotated.secret).toMatch(/^whsk_/);
    expect(rotated.secrets.map(({ scheme }) => scheme)).toEqual(['v1a', 'v1']);

    await proveKeys({ env, dir, herald, heraldJson });
    await up.process.stop();
  });

  test('history is made anew from Kafka, is emptied only when it is meant, and forgets what is erased', async () => {
    expect(await herald('history', 'rebuild', '--reset')).toMatchObject({ code: 2 });
    expect(await herald('history', 'erase', '--account', 'acme')).toMatchObject({ code: 2 });
    await heraldJson('history', 'rebuild', '--into', 'other');
    expect(await countEvents(stack, 'other', 'acme')).toBeGreaterThan(0);
    const { erased } = await heraldJson<{ erased: Record<'events' | 'routes' | 'attempts', number> }>(
      'history',
      'erase',
      '--account',
      'acme',
      '--yes',
    );
    expect(Math.min(erased.events, erased.routes, erased.attempts)).toBeGreaterThan(0);
    expect(await heraldJson('history', 'rebuild', '--reset', '--yes')).toMatchObject({
      complete: true,
      rows: {
        erased_events: erased.events,
        erased_routes: erased.routes,
        erased_attempts: erased.attempts,
      },
    });
    await recordOldErasure(stack, 'acme');
    await heraldJson('history', 'rebuild', '--into', 'other');
    expect(await countEvents(stack, 'other', 'acme')).toBe(0);
  });

  test('starts a service again that was killed, drains all one after the other and ends well', async () => {
    const up = await heraldUp();
    const [killed] = up.started('logger');
    process.kill(killed!.pid, 'SIGKILL');
    // It gets its partitions when the session of the killed one has ended.
    await eventually(
      () =>
        expect(up.told.filter(({ kind, service }) => kind === 'ready' && service === 'logger')).toHaveLength(
          2,
        ),
      { timeoutMs: 90_000 },
    );
    expect(up.started('api')).toHaveLength(1);

    const pids = up.pids();
    expect(await up.process.stop()).toMatchObject({ code: 0 });
    const stopped = up.told.filter(({ kind }) => kind === 'stopped').map(({ service }) => service);
    expect(stopped).toEqual(SERVICES);
    expect(pids.filter(isAlive)).toEqual([]);
  });

  test('killed with -9, leaves no service behind', async () => {
    const up = await heraldUp();
    const pids = up.pids();
    await up.process.kill9();
    await eventually(() => expect(pids.filter(isAlive)).toEqual([]));
  });
});
