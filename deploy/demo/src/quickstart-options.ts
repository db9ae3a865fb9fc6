import { Command } from 'commander';

export interface QuickstartOptions {
  /** Ends by itself, with the times as the last line. */
  exit: boolean;
  /** Of the stack's data, the logs and the file of variables. */
  dir: string;
}

export function readQuickstartOptions(args: readonly string[], defaultDir: string): QuickstartOptions {
  const { exit, dir } = new Command('npm run quickstart --')
    .description('By the API alone: a key, an endpoint, a test, an event, and a signature that holds.')
    .option('--exit', 'end by itself; the last line is one JSON object, exit 0 if every signature holds')
    .option('--dir <path>', 'where data and logs go (default: .herald/quickstart-run)')
    .parse(args, { from: 'user' })
    .opts<{ exit?: boolean; dir?: string }>();
  return { exit: exit ?? false, dir: dir ?? defaultDir };
}
