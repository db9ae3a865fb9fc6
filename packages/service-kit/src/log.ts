import { type DestinationStream, type Level, type Logger, pino, stdSerializers } from 'pino';
import { PinoPretty } from 'pino-pretty';
import { gatherLines } from './gathered-lines.ts';
import { hideSecrets } from './hide-secrets.ts';

export type { Logger } from 'pino';

export interface LoggerOptions {
  service: string;
  level: Level | 'silent';
  /** `auto`: pretty on a terminal, JSON when piped. */
  format: 'auto' | 'json' | 'pretty';
  /**
   * Default standard output, written in the foreground: the last line before an exit is never lost, whatever way out
   * the process takes but a kill.
   */
  destination?: DestinationStream;
}

/** JSON lines with `level` as a word and ISO time. Values under secret names are hidden. */
export function createLogger(options: LoggerOptions): Logger {
  const pretty = options.format === 'pretty' || (options.format === 'auto' && process.stdout.isTTY === true);
  const destination = options.destination ?? standardOutput(pretty);
  return pino(
    {
      level: options.level,
      base: { service: options.service, pid: process.pid },
      timestamp: createTimestamp(),
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

/** As pino's `isoTime`, which formats a millisecond anew for each of its lines. */
function createTimestamp(): () => string {
  let atMs = Number.NaN;
  let field = '';
  return () => {
    const nowMs = Date.now();
    if (nowMs !== atMs) {
      atMs = nowMs;
      field = `,"time":"${new Date(nowMs).toISOString()}"`;
    }
    return field;
  };
}

/** A person sees each line at once; who collects JSON lines gets them in pieces. */
function standardOutput(pretty: boolean): DestinationStream {
  const output = pino.destination({ fd: 1, sync: true });
  if (pretty) return output;
  const lines = gatherLines(output, { maxWaitMs: 100, maxChars: 16 * 1024 });
  process.once('exit', () => lines.end());
  return lines;
}
