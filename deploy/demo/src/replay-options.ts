import { Command } from 'commander';
import { wholeNumber } from './options.ts';

export interface ReplayDemoOptions {
  events: number;
  perSecond: number;
  /** Ends by itself, with the account as the last line. */
  exit: boolean;
  /** Of the stack's data, the logs and the file of variables. */
  dir: string;
}

export function readReplayOptions(args: readonly string[], defaultDir: string): ReplayDemoOptions {
  const { events, rate, exit, dir } = new Command('npm run demo:replay --')
    .description('An endpoint is down until its deliveries die; then they are replayed by offset.')
    .option('--events <n>', 'events to publish while it is down', wholeNumber, 1_000)
    .option('--rate <deliveries/s>', 'of the replay', wholeNumber, 200)
    .option('--exit', 'end by itself; the last line is one JSON object, exit 0 if nothing is missing')
    .option('--dir <path>', 'where data and logs go (default: .herald/demo-replay)')
    .parse(args, { from: 'user' })
    .opts<{ events: number; rate: number; exit?: boolean; dir?: string }>();
  return { events, perSecond: rate, exit: exit ?? false, dir: dir ?? defaultDir };
}
