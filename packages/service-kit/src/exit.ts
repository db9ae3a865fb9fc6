import { ConfigError } from './config.ts';
import { createDeadline, type Deadline } from './deadline.ts';
import type { Logger } from './log.ts';

/** The ways out of the process. Each leaves a log line. */
export interface Exit {
  readonly log: Logger;
  logTo(log: Logger): void;
  /** One fatal log line, then exit 1. A second call while the first exits says nothing. */
  fatal(error: unknown): void;
}

export function createExit(firstLog: Logger): Exit {
  let log = firstLog;
  let exiting = false;
  process.on('exit', (exitCode) => log.info({ exitCode }, 'exit'));
  return {
    get log() {
      return log;
    },
    logTo(other) {
      log = other;
    },
    fatal(error) {
      if (exiting) return;
      exiting = true;
      if (error instanceof ConfigError) log.fatal({ mistakes: error.mistakes }, error.message);
      else
        log.fatal({ err: error instanceof Error ? error : new Error(`thrown: ${String(error)}`) }, 'fatal');
      process.exit(1);
    },
  };
}

/**
 * Ctrl-C reaches a whole process group, and a supervisor passes its own signal on to the services: another signal
 * so soon after the first is the same request, not an impatient second one.
 */
const ONE_REQUEST_MS = 1_000;

export interface StopRequest {
  isMade(): boolean;
  /** Resolves with the time that is left when a stop is asked for. */
  made: Promise<Deadline>;
}

export function createStopRequest(deadlineMs: number, exit: Exit): StopRequest {
  const { promise: made, resolve } = Promise.withResolvers<Deadline>();
  let first: { reason: string; atMs: number } | undefined;

  const ask = (reason: string) => {
    first = { reason, atMs: Date.now() };
    exit.log.info({ reason, deadlineMs }, 'stopping');
    const deadline = createDeadline(deadlineMs);
    setTimeout(() => {
      exit.log.error(
        { deadlineMs, stillRunning: deadline.running(), resources: process.getActiveResourcesInfo() },
        'the shutdown deadline passed, exiting with work unfinished',
      );
      process.exit(1);
    }, deadlineMs);
    resolve(deadline);
  };

  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      if (!first) return ask(signal);
      if (signal !== first.reason && Date.now() - first.atMs < ONE_REQUEST_MS) return;
      exit.log.warn({ signal }, 'second signal, exiting at once');
      process.exit(1);
    });
  }
  // Without this, the services of a supervisor that was killed would go on without an owner.
  process.on('disconnect', () => first ?? ask('the parent process is gone'));

  return { isMade: () => first !== undefined, made };
}
