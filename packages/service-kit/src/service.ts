import type { z } from 'zod';
import { startAdminServer } from './admin.ts';
import { type Checks, createChecks } from './checks.ts';
import { parseConfig } from './config.ts';
import type { serviceConfig } from './config-fragments.ts';
import type { Deadline } from './deadline.ts';
import { createExit, createStopRequest, type Exit } from './exit.ts';
import { createLogger, type Logger } from './log.ts';
import { createMetrics, type Metrics } from './metrics.ts';

type ServiceConfig = z.output<z.ZodObject<typeof serviceConfig>>;

/** A schema that spreads `serviceConfig`. */
export type ServiceSchema = z.ZodObject<typeof serviceConfig & z.core.$ZodLooseShape>;

export interface ServiceContext<C> {
  config: C;
  log: Logger;
  metrics: Metrics;
  /** The process cannot go on: one fatal log line, exit 1. For the `onFatal` of a lane or a table. */
  fatal(error: unknown): void;
  /** What must hold for the service to take work. */
  readiness: Pick<Checks, 'add'>;
  /** What must hold for a restart not to be the remedy. */
  liveness: Pick<Checks, 'add'>;
}

export interface Running {
  /** Ends work in order and resolves when nothing is left; after the deadline the process exits 1. */
  stop(deadline: Deadline): Promise<void>;
  /** Told beside the admin address in the ready message: the other addresses of the service, by name. */
  announce?: Record<string, string>;
}

export interface Service<S extends ServiceSchema> {
  name: string;
  config: S;
  /** Resolves when the service is ready for work. */
  start(context: ServiceContext<z.output<S>>): Promise<Running>;
}

/** Sent to the parent of a forked service, and logged as `ready`, once `start` has resolved. */
export interface ReadyMessage {
  type: 'ready';
  service: string;
  adminUrl: string;
  [announced: string]: string;
}

/**
 * The life of a service, from its environment to its exit. SIGTERM, SIGINT and the loss of a forking parent take
 * readiness away and then stop it; a second signal exits at once. Exits 0 only after a complete stop.
 */
export async function runService<S extends ServiceSchema>(service: Service<S>): Promise<void> {
  const exit = createExit(createLogger({ service: service.name, level: 'info', format: 'auto' }));
  process.on('uncaughtException', exit.fatal);
  process.on('unhandledRejection', exit.fatal);
  try {
    // The schema spreads serviceConfig, which its generic type cannot show.
    const config = parseConfig(service.config, process.env) as z.output<S> & ServiceConfig;
    exit.logTo(
      createLogger({
        service: service.name,
        level: config.HERALD_LOG_LEVEL,
        format: config.HERALD_LOG_FORMAT,
      }),
    );
    await live(service.name, config, exit, (context) => service.start({ ...context, config }));
  } catch (error) {
    exit.fatal(error);
  }
}

async function live(
  name: string,
  config: ServiceConfig,
  exit: Exit,
  start: (context: Omit<ServiceContext<unknown>, 'config'>) => Promise<Running>,
): Promise<void> {
  const { log } = exit;
  const metrics = createMetrics({ service: name });
  const [readiness, liveness] = [createChecks(), createChecks()];
  const stopRequest = createStopRequest(config.HERALD_SHUTDOWN_DEADLINE_MS, exit);
  let started = false;
  readiness.add('life cycle', () => (stopRequest.isMade() ? 'stopping' : started || 'starting'));

  const admin = await startAdminServer({
    host: config.HERALD_ADMIN_HOST,
    port: config.HERALD_ADMIN_PORT,
    liveness,
    readiness,
    registry: metrics.registry,
  });
  const running = await start({ log, metrics, fatal: exit.fatal, readiness, liveness });
  started = true;
  if (!stopRequest.isMade())
    announce({ type: 'ready', service: name, adminUrl: admin.url, ...running.announce }, log);

  const deadline = await stopRequest.made;
  await deadline.step('stop', () => running.stop(deadline));
  log.info({ remainingMs: deadline.remainingMs() }, 'stopped');
  process.exit(0);
}

function announce(message: ReadyMessage, log: Logger): void {
  const { type, service: _, ...addresses } = message;
  log.info(addresses, type);
  if (process.connected) process.send?.(message);
}
