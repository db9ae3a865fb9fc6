import { type DestinationStream, type Level, type Logger, pino, stdTimeFunctions } from 'pino';
import { PinoPretty } from 'pino-pretty';

export type { Logger } from 'pino';

export interface LoggerOptions {
  service: string;
  level: Level | 'silent';
  /** `auto`: pretty on a terminal, JSON when piped. */
  format: 'auto' | 'json' | 'pretty';
  /** Default standard output, written at once: the last line before an exit is never lost. */
  destination?: DestinationStream;
}

/** Names under which a secret may be handed to a log line by mistake. */
const SECRET_NAMES = [
  'authorization',
  'Authorization',
  'cookie',
  'password',
  'secret',
  'secrets',
  'sealed',
  'apiKey',
  'api_key',
  'token',
  'sasl',
];

/** JSON lines with `level` as a word and ISO time; values under secret names are replaced, to a depth of three. */
export function createLogger(options: LoggerOptions): Logger {
  const pretty = options.format === 'pretty' || (options.format === 'auto' && process.stdout.isTTY === true);
  const destination = options.destination ?? pino.destination({ fd: 1, sync: true });
  return pino(
    {
      level: options.level,
      base: { service: options.service, pid: process.pid },
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (level) => ({ level }) },
      redact: {
        paths: SECRET_NAMES.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]),
        censor: '[hidden]',
      },
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
