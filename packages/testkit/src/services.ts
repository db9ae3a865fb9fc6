import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { StackCoordinates } from '@herald/local-stack/stack';
import type { ReadyMessage } from '@herald/service-kit/service';
import { forkService, type ServiceProcess } from '@herald/service-kit/service-process';

export const SERVICES = ['producer', 'api', 'dispatcher', 'logger'] as const;

export type ServiceName = (typeof SERVICES)[number];

/** Services as processes of their own, which a test may kill and start again. */
export interface Services {
  /** What the service announced: `adminUrl`, and `apiUrl` of the api, `ingestUrl` of the producer. */
  addresses(service: ServiceName): ReadyMessage;
  /** As a crash would. Resolves when it is gone. */
  kill9(service: ServiceName): Promise<void>;
  /** Resolves when it is ready, perhaps at other addresses than before. */
  start(service: ServiceName): Promise<void>;
  /** Stops all, in the order of `SERVICES`. Resolves when none is left. */
  stop(): Promise<void>;
}

export interface ServicesOptions {
  stack: StackCoordinates;
  env?: NodeJS.ProcessEnv;
}

/** Forks the services on free ports; resolves when all are ready. @throws Error with the end of a failed one's log */
export async function startServices({ stack, env = {} }: ServicesOptions): Promise<Services> {
  const logDir = mkdtempSync(join(tmpdir(), 'herald-services-'));
  const serviceEnv = { ...process.env, ...variablesOf(stack), ...env };
  const running = new Map<ServiceName, { process: ServiceProcess; ready: ReadyMessage }>();

  async function start(service: ServiceName): Promise<void> {
    const file = join(logDir, `${service}.log`);
    const process = forkService({
      name: service,
      entry: entryOf(service),
      env: serviceEnv,
      output: { file },
    });
    const ready = await process.ready;
    if (!ready)
      throw new Error(`${service} ended before it was ready:\n${readFileSync(file, 'utf8').slice(-4_000)}`);
    running.set(service, { process, ready });
  }

  await Promise.all(SERVICES.map(start));
  return {
    addresses(service) {
      const found = running.get(service);
      if (!found) throw new Error(`${service} does not run`);
      return found.ready;
    },
    async kill9(service) {
      await running.get(service)?.process.kill9();
      running.delete(service);
    },
    start,
    async stop() {
      for (const service of SERVICES) await running.get(service)?.process.stop();
      rmSync(logDir, { recursive: true, force: true });
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
