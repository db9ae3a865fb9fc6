import { mkdir } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { assertFree } from './ports.ts';
import { StackProblem } from './problem.ts';
import type { ServerPlan } from './server.ts';

export const CLICKHOUSE_DATABASE = 'herald';

const SERVER = join(import.meta.dirname, 'clickhouse-server.ts');

/** Where npm publishes ClickHouse as a library; `deploy/local` has them as optional dependencies. */
const LIBRARIES: Readonly<Record<string, string>> = {
  'linux-x64': '@chdb/lib-linux-x64-gnu',
  'linux-arm64': '@chdb/lib-linux-arm64-gnu',
  'darwin-x64': '@chdb/lib-darwin-x64',
  'darwin-arm64': '@chdb/lib-darwin-arm64',
};

export interface ClickHousePlace {
  env: NodeJS.ProcessEnv;
  dataDir: string;
  logDir: string;
}

export function clickHousePlan(port: number, place: ClickHousePlace): ServerPlan {
  const dataDir = join(place.dataDir, 'clickhouse');
  return {
    name: 'clickhouse',
    logFile: join(place.logDir, 'clickhouse.log'),
    stopTimeoutMs: 5_000,
    readyTimeoutMs: 60_000,
    async prepare() {
      const library = findLibrary(`${process.platform}-${process.arch}`);
      await assertFree(port, 'ClickHouse', 'choose another by --clickhouse-port or HERALD_CLICKHOUSE_PORT');
      await mkdir(dataDir, { recursive: true });
      return {
        command: process.execPath,
        args: ['--experimental-ffi', '--no-warnings', SERVER, library, dataDir, String(port)],
        env: place.env,
      };
    },
    async probe() {
      const answer = await fetch(`http://127.0.0.1:${port}/`, {
        method: 'POST',
        body: `CREATE DATABASE IF NOT EXISTS ${CLICKHOUSE_DATABASE}`,
        signal: AbortSignal.timeout(5_000),
      });
      return answer.ok;
    },
  };
}

/** @param platform as `linux-x64` @throws StackProblem where ClickHouse is not published as a library */
export function findLibrary(platform: string): string {
  const name = LIBRARIES[platform];
  if (!name) {
    throw new StackProblem(
      `ClickHouse is not published as a library for ${platform} (only for ${Object.keys(LIBRARIES).join(', ')}): run the stack in containers, by docker compose up.`,
    );
  }
  try {
    return join(dirname(createRequire(import.meta.url).resolve(`${name}/package.json`)), 'libchdb.so');
  } catch {
    throw new StackProblem(
      `ClickHouse's library ${name} is not installed: run npm ci without --omit=optional on a system with glibc.`,
    );
  }
}
