import { join } from 'node:path';
import { forkService, type ServiceProcess } from '@herald/service-kit/service-process';
import type { Watched } from '../usage.ts';
import { within } from '../within.ts';

export const SERVICES = ['producer', 'api', 'dispatcher', 'replayer', 'logger'] as const;

export type ServiceName = (typeof SERVICES)[number];

/** Herald's services, each a process as in production. */
export interface HeraldServices {
  processes(): Watched[];
  /** Resolves when it is ready. @throws Error naming its log */
  start(service: ServiceName): Promise<void>;
  /** SIGTERM: it drains. */
  stop(service: ServiceName): Promise<void>;
  stopAll(): Promise<void>;
}

export interface HeraldServicesOptions {
  env: NodeJS.ProcessEnv;
  logDir: string;
  /** A service that is to leave a CPU profile in `logDir` when it stops. */
  profiled: ServiceName | undefined;
}

const READY_TIMEOUT_MS = 90_000;
const STOP_TIMEOUT_MS = 40_000;
const ROOT = join(import.meta.dirname, '..', '..', '..');

export function createHeraldServices({ env, logDir, profiled }: HeraldServicesOptions): HeraldServices {
  const running = new Map<ServiceName, ServiceProcess>();

  async function stop(service: ServiceName): Promise<void> {
    const child = running.get(service);
    if (!child) return;
    running.delete(service);
    await within(child.stop(), STOP_TIMEOUT_MS, `the stop of the ${service}`).catch(async (error: Error) => {
      await child.kill9();
      throw error;
    });
  }

  return {
    processes: () => [...running].map(([name, { pid }]) => ({ name, pid, group: 'sender' })),
    async start(service) {
      const log = join(logDir, `${service}.log`);
      const child = forkService({
        name: service,
        entry: join(ROOT, 'services', service, 'src', 'main.ts'),
        env: service === profiled ? { ...env, NODE_OPTIONS: `--cpu-prof --cpu-prof-dir=${logDir}` } : env,
        output: { file: log },
      });
      running.set(service, child);
      const ready = await within(child.ready, READY_TIMEOUT_MS, `the start of the ${service}`);
      if (!ready) throw new Error(`The ${service} did not start; its log is ${log}`);
    },
    stop,
    async stopAll() {
      await Promise.allSettled([...running.keys()].map(stop));
    },
  };
}
