import { setTimeout as sleep } from 'node:timers/promises';
import { createRandom, type Random } from '@herald/publisher/random';
import { dispatcherName } from '../fleet.ts';
import type { Row } from '../row.ts';
import type { Scene } from '../scene.ts';

const DISPATCHERS = 2;
const MAX_PAUSE_MS = 5_000;
const MAX_OUTAGE_MS = 6_000;

type Blow = (scene: Scene, random: Random) => Promise<void>;

const BLOWS: Record<string, Blow> = {
  async killDispatcher({ kill, restart }, random) {
    const name = dispatcherName(random.below(DISPATCHERS));
    await kill(name);
    await restart('dispatcher', name);
  },
  async drainDispatcher({ drain, restart }, random) {
    const name = dispatcherName(random.below(DISPATCHERS));
    await drain(name);
    await restart('dispatcher', name);
  },
  async killLogger({ kill, restart }) {
    await kill('logger');
    await restart('logger');
  },
  async killServer({ world, progress }, random) {
    const { stack } = world.herald;
    const server = random.pick([stack.broker(random.below(3)), stack.clickhouse, stack.registry]);
    progress(`kill -9 of ${server.name}`);
    await server.kill9();
    await sleep(random.below(MAX_OUTAGE_MS));
    await server.start();
    progress(`${server.name} is back`);
  },
  async freezeBroker({ world, progress }, random) {
    const { name, pid } = world.herald.stack.broker(random.below(3));
    progress(`${name} stands still`);
    process.kill(pid!, 'SIGSTOP');
    await sleep(random.below(MAX_OUTAGE_MS));
    process.kill(pid!, 'SIGCONT');
  },
};

/** Strikes one after the other, chosen by the seed, until the time is over; at least three. */
export function randomBlows({ seed, untilMs }: { seed: number; untilMs: number }): Row {
  return {
    name: 'random',
    dispatchers: DISPATCHERS,
    async blow(scene) {
      const random = createRandom(seed);
      for (let blows = 0; blows < 3 || Date.now() < untilMs; blows++) {
        await random.pick(Object.values(BLOWS))(scene, random);
        await sleep(random.below(MAX_PAUSE_MS));
      }
    },
  };
}
