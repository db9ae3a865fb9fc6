import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { StackCoordinates } from '@herald/local-stack/stack';
import type { ReadyMessage } from '@herald/service-kit/service';
import { type Ended, forkService, type ServiceProcess } from '@herald/service-kit/service-process';

export const SERVICES = ['producer', 'api', 'dispatcher', 'logger'] as const;

export type ServiceName = (typeof SERVICES)[number];

/**
 * Services as processes of their own, which a test may kill and start again. Each goes by a name, which is its
 * service's unless it was started under another.
 */
export interface Services {
  /** What the service announced: `adminUrl`, and `apiUrl` of the api, `ingestUrl` of the producer. */
  addresses(name: string): ReadyMessage;
  pid(name: string): number;
  /** The names under which a service runs now. */
  running(service: ServiceName): string[];
  /** Resolves when it has ended, by itself or by a signal. */
  ended(name: string): Promise<Ended>;
  /** As a crash would. Resolves when it is gone. */
  kill9(name: string): Promise<void>;
  /** By SIGTERM. Resolves when it has drained and is gone. */
  drain(name: string): Promise<Ended>;
  /** Resolves when it is ready, perhaps at other addresses than before. `name` is for a second one of a kind. */
  start(service: ServiceName, name?: string): Promise<void>;
  /** Stops all, in the order of `SERVICES`. Resolves when none is left. */
  stop(): Promise<void>;
}

export interface ServicesOptions {
  stack: StackCoordinates;
  /** Those that run from the beginning; default all. */
  only?: readonly ServiceName[];
  /** Variables beside those that tell where the stack is, for the process of that name. */
  envOf?: (name: string) => NodeJS.ProcessEnv;
  /** Where each leaves its log, kept. Default: a folder that goes with them. */
  logDir?: string;
}

interface RunningService {
  service: ServiceName;
  process: ServiceProcess;
  ready: ReadyMessage;
}

/** Forks services on free ports; resolves when all are ready. @throws Error with the end of a failed one's log */
export async function startServices(options: ServicesOptions): Promise<Services> {
  const { stack, only = SERVICES, envOf = () => ({}) } = options;
  const logDir = options.logDir ?? mkdtempSync(join(tmpdir(), 'herald-services-'));
  const serviceEnv = { ...process.env, ...variablesOf(stack) };
  const running = new Map<string, RunningService>();

  async function start(service: ServiceName, name: string = service): Promise<void> {
    const file = join(logDir, `${name}.log`);
    const process = forkService({
      name,
      entry: entryOf(service),
      env: { ...serviceEnv, ...envOf(name) },
      output: { file },
    });
    const ready = await process.ready;
    if (!ready)
      throw new Error(`${name} ended before it was ready:\n${readFileSync(file, 'utf8').slice(-4_000)}`);
    running.set(name, { service, process, ready });
    void process.ended.then(() => {
      if (running.get(name)?.process === process) running.delete(name);
    });
  }

  function find(name: string): RunningService {
    const found = running.get(name);
    if (!found) throw new Error(`${name} does not run`);
    return found;
  }

  const namesOf = (service: ServiceName) =>
    [...running].flatMap(([name, each]) => (each.service === service ? [name] : []));

  await Promise.all(only.map((service) => start(service)));
  return {
    addresses: (name) => find(name).ready,
    pid: (name) => find(name).process.pid,
    running: namesOf,
    ended: (name) => find(name).process.ended,
    async kill9(name) {
      await running.get(name)?.process.kill9();
    },
    drain: (name) => find(name).process.stop(),
    start,
    async stop() {
      for (const service of SERVICES) {
        await Promise.all(namesOf(service).map((name) => running.get(name)?.process.stop()));
      }
      if (options.logDir === undefined) rmSync(logDir, { recursive: true, force: true });
    },
  };
}

function entryOf(service: ServiceName): string {
  return join(import.meta.dirname, '..', '..', '..', 'services', service, 'src', 'main.ts');
}

function variablesOf(stack: StackCoordinates): NodeJS.ProcessEnv {
  return {
    HERALD_KAFKA_BROKERS: stack.brokers.join(','),
    HERALD_SCHEMA_REGISTRY_URL: stack.registryUrl,
    HERALD_CLICKHOUSE_URL: stack.clickhouseUrl,
    HERALD_CLICKHOUSE_DATABASE: stack.clickhouseDatabase,
    HERALD_SEALING_KEYS: `k1:${randomBytes(32).toString('base64')}`,
    HERALD_ALLOWED_NETWORKS: '127.0.0.0/8',
    HERALD_API_PORT: '0',
    HERALD_INGEST_PORT: '0',
    HERALD_ADMIN_PORT: '0',
    HERALD_LOG_FORMAT: 'json',
  };
}
