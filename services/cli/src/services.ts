import { join } from 'node:path';

/** What `herald up` runs, in the order in which it stops: what takes work in first, what records it last. */
export const SERVICES = ['producer', 'api', 'replayer', 'dispatcher', 'logger'] as const;

export type ServiceName = (typeof SERVICES)[number];

export function entryOf(service: string): string {
  return join(import.meta.dirname, '..', '..', service, 'src', 'main.ts');
}

/**
 * The environment of one of the services: each has an admin server of its own, so HERALD_ADMIN_PORT is the first of
 * as many ports in a row as there are services. Without one, each takes a free port.
 */
export function environmentOfService(service: ServiceName, env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const first = Number(env.HERALD_ADMIN_PORT ?? 0);
  const port = first === 0 ? 0 : first + SERVICES.indexOf(service);
  return { ...env, HERALD_ADMIN_PORT: String(port) };
}
