import type { ServiceName } from '@herald/testkit/services';
import { within } from '../load/within.ts';
import type { CrashPointName } from './crash-point/points.ts';
import type { Load } from './load.ts';
import type { World } from './world.ts';

export interface Cut {
  atMs: number;
  isCrash: boolean;
}

/** What a row strikes at, and with. */
export interface Scene {
  world: World;
  load: Load;
  /** Moments at which work was cut off: only what was under way then may be repeated, and by a crash what had just ended. */
  readonly cuts: readonly Cut[];
  /** A dispatcher has died by other hands than the scene's. */
  crashed(): void;
  /** From now on a rebalance takes from a dispatcher what does not end in time. */
  handOver(): void;
  kill(name: string): Promise<void>;
  /** Resolves when the service has died at the point. */
  crashAt(name: string, point: CrashPointName): Promise<void>;
  /** After a crash. Resolves when it is ready. */
  restart(service: ServiceName, name?: string): Promise<void>;
  /** A stop as in a roll-out. @throws Error when it did not end well */
  drain(name: string): Promise<void>;
  progress(line: string): void;
}

const POINT_TIMEOUT_MS = 60_000;

export function setScene(world: World, load: Load, progress: (line: string) => void): Scene {
  const { services } = world.herald;
  const cuts: Cut[] = [];
  const crashed = () => void cuts.push({ atMs: Date.now(), isCrash: true });
  const isDispatcher = (name: string) => services.running('dispatcher').includes(name);

  return {
    world,
    load,
    cuts,
    crashed,
    handOver: () => void cuts.push({ atMs: Date.now(), isCrash: false }),
    async kill(name) {
      progress(`kill -9 of the ${name}`);
      if (isDispatcher(name)) crashed();
      await services.kill9(name);
    },
    async crashAt(name, point) {
      progress(`the ${name} is to die ${point}`);
      const ended = services.ended(name);
      const delivers = isDispatcher(name);
      world.arm(name, point);
      const { signal } = await within(ended, POINT_TIMEOUT_MS, `until the ${name} died ${point}, it`);
      if (signal !== 'SIGKILL') throw new Error(`The ${name} ended by itself, not ${point}`);
      if (delivers) cuts.push({ atMs: world.diedAtMs(name), isCrash: true });
    },
    async restart(service, name = service) {
      if (services.running(service).length === 0 && isGrouped(service)) await world.forget(service);
      await services.start(service, name);
      progress(`the ${name} is back`);
    },
    async drain(name) {
      const { code, signal } = await services.drain(name);
      progress(`the ${name} has drained`);
      if (code !== 0) throw new Error(`The ${name} did not drain: it ended with ${signal ?? code}`);
    },
    progress,
  };
}

function isGrouped(service: ServiceName): service is 'dispatcher' | 'logger' {
  return service === 'dispatcher' || service === 'logger';
}
