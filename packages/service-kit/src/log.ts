import {
  type DestinationStream,
  type Level,
  type Logger,
  pino,
  stdSerializers,
  stdTimeFunctions,
} from 'pino';
import { PinoPretty } from 'pino-pretty';
import { hideSecrets } from './hide-secrets.ts';

export type { Logger } from 'pino';

export interface LoggerOptions {
  service: string;
  level: Level | 'silent';
  /** `auto`: pretty on a terminal, JSON when piped. */
  format: 'auto' | 'json' | 'pretty';
  /**
   * Default standard output, written at once: the last line before an exit is never lost. Written in the
   * background, what is on its way when the process exits is lost.
   */
  destination?: DestinationStream;
}

/** JSON lines with `level` as a word and ISO time. Values under secret names are hidden. */
export function createLogger(options: LoggerOptions): Logger {
  const pretty = options.format === 'pretty' || (options.format === 'auto' && process.stdout.isTTY === true);
  const destination = options.destination ?? pino.destination({ fd: 1, sync: true });
  return pino(
    {
      level: options.level,
      base: { service: options.service, pid: process.pid },
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (level) => ({ level }), log: hideSecrets },
      serializers: { err: (error: Error) => hideSecrets({ ...stdSerializers.err(error) }) },
    },
    pretty
      ? PinoPretty({
          destination,
          colorize: process.stdout.isTTY === true,
          ignore: 'pid,service',
          messageFormat: '{service}: {msg}',
          sync: true,
        })
      : destination,
  );
}
