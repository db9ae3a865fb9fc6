import { SERVICES } from '@herald/testkit/services';
import type { World } from './world.ts';

export const dispatcherName = (index: number) => (index === 0 ? 'dispatcher' : `dispatcher-${index + 1}`);

/** Brings up whatever is down, however a row has left it, with so many dispatchers. */
export async function setFleet(world: World, dispatchers: number): Promise<void> {
  const { stack, services } = world.herald;
  const servers = [...stack.brokers.map((_, index) => stack.broker(index)), stack.registry, stack.clickhouse];
  for (const server of servers) {
    if (server.pid !== undefined) process.kill(server.pid, 'SIGCONT');
    await server.start();
  }
  for (const service of SERVICES) {
    if (services.running(service).length > 0) continue;
    if (service === 'dispatcher' || service === 'logger') await world.forget(service);
    await services.start(service);
  }
  const wanted = Array.from({ length: dispatchers }, (_, index) => dispatcherName(index));
  const running = services.running('dispatcher');
  for (const name of running) if (!wanted.includes(name)) await services.drain(name);
  for (const name of wanted) if (!running.includes(name)) await services.start('dispatcher', name);
  for (const name of [...wanted, 'logger']) world.disarm(name);
}
