import { randomInt } from 'node:crypto';
import { Command, InvalidArgumentError, Option } from 'commander';

export interface DemoOptions {
  events: number;
  eventsPerSecond: number;
  seed: number;
  /** Ends by itself when nothing is pending, with the account as the last line. */
  exit: boolean;
  /** A service to be killed by `kill -9` while events are published. */
  kill: 'dispatcher' | 'logger' | undefined;
  /** Of the stack's data, the logs and the file of variables. */
  dir: string;
}

/** Publishing takes about this long unless a rate is given: long enough to watch, short enough to wait for. */
const PUBLISHING_SECONDS = 10;

const MAX_EVENTS = 100_000;

export function readOptions(args: readonly string[], defaultDir: string): DemoOptions {
  const { events, rate, seed, exit, kill, dir } = new Command('npm run demo --')
    .description('Real Kafka, registry, ClickHouse and receivers: watch events become webhooks.')
    .option('--events <n>', 'events to publish', wholeNumber, 120)
    .option('--rate <events/s>', 'events a second (default: so that publishing takes 10 s)', wholeNumber)
    .option('--seed <n>', 'the same seed gives the same events (default: a random one)', wholeNumber)
    .option(
      '--exit',
      'end when nothing is pending; the last line is one JSON object, exit 0 if nothing is lost',
    )
    .addOption(
      new Option('--kill <service>', 'kill -9 it while events are published').choices([
        'dispatcher',
        'logger',
      ]),
    )
    .option('--dir <path>', 'where data and logs go (default: .herald/demo)')
    .parse(args, { from: 'user' })
    .opts<{
      events: number;
      rate?: number;
      seed?: number;
      exit?: boolean;
      kill?: DemoOptions['kill'];
      dir?: string;
    }>();
  return {
    events,
    eventsPerSecond: rate ?? Math.max(1, Math.round(events / PUBLISHING_SECONDS)),
    seed: seed ?? randomInt(2 ** 32 - 1),
    exit: exit ?? false,
    kill,
    dir: dir ?? defaultDir,
  };
}

export function wholeNumber(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value > 0 && value <= MAX_EVENTS) return value;
  throw new InvalidArgumentError(`Give a whole number from 1 to ${MAX_EVENTS}.`);
}
