import { execFile } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { ReadyMessage } from '@herald/service-kit/service';
import { forkService, type ServiceProcess } from '@herald/service-kit/service-process';

const CLI = join(import.meta.dirname, '..', '..', '..', 'services', 'cli', 'src', 'main.ts');

const run = promisify(execFile);

/** Runs a `herald` command to its end, as a person would; resolves with the JSON document that it prints. */
export async function herald<T>(args: readonly string[], env: NodeJS.ProcessEnv): Promise<T> {
  try {
    const { stdout } = await run(process.execPath, [CLI, ...args, '--json'], { env });
    return JSON.parse(stdout) as T;
  } catch (error) {
    const { stderr } = error as { stderr?: string };
    throw new Error(`herald ${args.join(' ')} failed: ${stderr || String(error)}`, { cause: error });
  }
}

/** What `herald up` tells the process that forked it. */
interface Told {
  kind?: 'started' | 'ready' | 'ended' | 'stopped';
  service?: string;
  pid?: number;
  ready?: ReadyMessage;
}

/** `herald up`, followed from outside. */
export interface Up {
  /** Of /livez, /readyz and /metrics. */
  adminUrl(service: string): string;
  /** `kill -9` of one of its services, which it then starts again. Resolves when that one is ready. */
  kill9(service: string): Promise<void>;
  stop(): Promise<void>;
}

/** Resolves when every service is ready. @throws Error naming the logs when one is not */
export async function heraldUp(env: NodeJS.ProcessEnv, logDir: string): Promise<Up> {
  mkdirSync(logDir, { recursive: true });
  const pids = new Map<string, number>();
  const adminUrls = new Map<string, string>();
  const listeners = new Set<(told: Told) => void>();
  const up: ServiceProcess = forkService({
    name: 'herald up',
    entry: CLI,
    args: ['up', '--log-dir', logDir],
    env,
    output: { file: join(logDir, 'up.log') },
    onMessage(message) {
      const told = message as Told;
      if (told.kind === 'started' && told.service && told.pid) pids.set(told.service, told.pid);
      if (told.kind === 'ready' && told.service && told.ready) {
        adminUrls.set(told.service, told.ready.adminUrl);
      }
      for (const listener of listeners) listener(told);
    },
  });
  if (!(await up.ready))
    throw new Error(`Herald's services did not become ready; their logs are in ${logDir}`);

  return {
    adminUrl: (service) => adminUrls.get(service) as string,
    async kill9(service) {
      const { promise: ready, resolve } = Promise.withResolvers<void>();
      const listener = (told: Told) => {
        if (told.service === service && told.kind === 'ready') resolve();
      };
      listeners.add(listener);
      process.kill(pids.get(service) as number, 'SIGKILL');
      await Promise.race([ready, up.ended]);
      listeners.delete(listener);
    },
    async stop() {
      await up.stop();
    },
  };
}
