import { mkdtempSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CLICKHOUSE_DATABASE, clickHousePlan } from './clickhouse.ts';
import { findJava } from './java.ts';
import { brokerPlan } from './kafka.ts';
import { endLeftovers, rememberPid } from './leftovers.ts';
import { tryLock } from './lock.ts';
import { fromMaven } from './maven.ts';
import { freePorts } from './ports.ts';
import { StackProblem } from './problem.ts';
import { CONFLUENT_API, registryPlan } from './registry.ts';
import { createServer, type Server, type ServerPlan } from './server.ts';
import { startWatchdog } from './watchdog.ts';

/** Of the project: what is downloaded once, and the data of `npm run stack`. */
export const HERALD_DIR = join(import.meta.dirname, '..', '..', '..', '.herald');

export type Component = 'kafka' | 'registry' | 'clickhouse';

export interface StackPorts {
  /** One a broker: for clients. */
  kafka: readonly number[];
  /** One a broker: for the quorum. */
  controllers: readonly number[];
  registry: number;
  clickhouse: number;
}

export interface StackOptions {
  /** Default 1; 3 is a quorum in which any one broker may die. */
  brokers?: 1 | 3;
  /** Kept when the stack ends. Default: a temporary folder, removed with the stack whatever ends it. */
  dataDir?: string;
  /** Throw away what `dataDir` has, once it is sure that no other stack uses it. */
  reset?: boolean;
  /** Default: free ports chosen at random. */
  ports?: StackPorts;
  /** What to start; the rest has its address and can be started later. Default: everything. */
  components?: readonly Component[];
  onProgress?: (line: string) => void;
  /** PATH and JAVA_HOME find Java and Maven; HERALD_CACHE_DIR moves the downloads. Default: this process's. */
  env?: NodeJS.ProcessEnv;
}

export interface StackCoordinates {
  /** `host:port` of each broker. */
  brokers: string[];
  /** The Confluent-compatible API, as a client's `host` option wants it. */
  registryUrl: string;
  clickhouseUrl: string;
  clickhouseDatabase: string;
}

export interface Stack extends StackCoordinates {
  /** @param index from 0, as in `brokers` */
  broker(index: number): Server;
  registry: Server;
  clickhouse: Server;
  /** Where each server writes what it has to say. */
  logDir: string;
  stop(): Promise<void>;
}

/**
 * Starts real Kafka, a real schema registry and real ClickHouse on loopback and resolves when each has answered a
 * request. They end with this process, however it ends.
 *
 * @throws StackProblem when something that a person can put right is in the way
 */
export async function startStack(options: StackOptions = {}): Promise<Stack> {
  const {
    onProgress = () => {},
    components = ['kafka', 'registry', 'clickhouse'],
    env = process.env,
  } = options;
  const ports = options.ports ?? (await randomPorts(options.brokers ?? 1));
  const temporary = options.dataDir === undefined;
  const dataDir = options.dataDir ?? mkdtempSync(join(tmpdir(), 'herald-stack-'));
  const unlock = lockData(dataDir);
  const logDir = join(dataDir, 'logs');
  await endLeftovers(dataDir);
  await rm(logDir, { recursive: true, force: true });
  if (options.reset) await rm(join(dataDir, 'data'), { recursive: true, force: true });
  await mkdir(logDir, { recursive: true });

  const download = { cacheDir: env.HERALD_CACHE_DIR ?? join(HERALD_DIR, 'cache'), env, onProgress };
  const place = {
    env,
    dataDir: join(dataDir, 'data'),
    logDir,
    java: once(() => findJava(env)),
    jarDir: once(() => fromMaven('kafka', download)),
    distributionDir: once(() => fromMaven('registry', download)),
  };
  const watchdog = startWatchdog(temporary ? dataDir : undefined);
  const serverOf = (plan: ServerPlan) =>
    createServer(plan, {
      started(pid) {
        watchdog.watch(pid);
        rememberPid(dataDir, pid);
      },
      ended: watchdog.forget,
    });
  const cluster = ports.kafka.map((client, index) => ({ client, controller: ports.controllers[index]! }));
  const brokers = cluster.map((_, index) => serverOf(brokerPlan(index + 1, cluster, place)));
  const registry = serverOf(registryPlan(ports.registry, place));
  const clickhouse = serverOf(clickHousePlan(ports.clickhouse, place));
  const servers = [...brokers, registry, clickhouse];

  const stop = once(async () => {
    // Nobody will read a temporary folder again: no time is spent on ending its servers well.
    await Promise.all(servers.map((server) => (temporary ? server.kill9() : server.stop())));
    unlock();
    await watchdog.close();
  });

  const wanted = [
    ...(components.includes('kafka') ? brokers : []),
    ...(components.includes('registry') ? [registry] : []),
    ...(components.includes('clickhouse') ? [clickhouse] : []),
  ];
  const results = await Promise.allSettled(
    wanted.map(async (server) => {
      await server.start();
      onProgress(`${server.name} is ready`);
    }),
  );
  const failed = results.find((result) => result.status === 'rejected');
  if (failed) {
    await stop();
    throw failed.reason;
  }

  return {
    brokers: ports.kafka.map((port) => `127.0.0.1:${port}`),
    registryUrl: `http://127.0.0.1:${ports.registry}${CONFLUENT_API}`,
    clickhouseUrl: `http://127.0.0.1:${ports.clickhouse}`,
    clickhouseDatabase: CLICKHOUSE_DATABASE,
    broker(index) {
      const broker = brokers[index];
      if (!broker) throw new RangeError(`broker ${index} of ${brokers.length}`);
      return broker;
    },
    registry,
    clickhouse,
    logDir,
    stop,
  };
}

function lockData(dataDir: string): () => void {
  const unlock = tryLock(join(dataDir, 'lock'));
  if (unlock) return unlock;
  throw new StackProblem(`The data in ${dataDir} is in use by a stack that is running: stop that one first.`);
}

async function randomPorts(brokerCount: number): Promise<StackPorts> {
  const [registry, clickhouse, ...rest] = await freePorts(2 + 2 * brokerCount);
  return {
    kafka: rest.slice(0, brokerCount),
    controllers: rest.slice(brokerCount),
    registry: registry!,
    clickhouse: clickhouse!,
  };
}

/** Does the work for whoever asks first, and gives everyone that answer. */
function once<T>(ask: () => Promise<T>): () => Promise<T> {
  let answer: Promise<T> | undefined;
  return () => {
    answer ??= ask();
    return answer;
  };
}
