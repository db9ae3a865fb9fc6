import { OptionError, parseFlags } from '../tool/options.ts';

export const USAGE = `npm run test:contract -- [options]
  --seconds N     how long requests are made up in all, default 240, 20 to 3600
  --examples N    requests of each kind to each operation, default 25, 1 to 1000
  --seed N        of what is made up, default 1
  --help`;

export interface ContractOptions {
  help: boolean;
  seconds: number;
  examples: number;
  seed: number;
}

const FLAGS = {
  help: { type: 'boolean', short: 'h' },
  seconds: { type: 'string' },
  examples: { type: 'string' },
  seed: { type: 'string' },
} as const;

/** @throws OptionError */
export function readOptions(args: readonly string[]): ContractOptions {
  const flags = parseFlags(args, FLAGS, USAGE);
  return {
    help: flags.help ?? false,
    seconds: numberOf('seconds', flags.seconds ?? '240', { min: 20, max: 3_600 }),
    examples: numberOf('examples', flags.examples ?? '25', { min: 1, max: 1_000 }),
    seed: numberOf('seed', flags.seed ?? '1', { min: 0, max: 2 ** 31 }),
  };
}

function numberOf(option: string, text: string, { min, max }: { min: number; max: number }): number {
  const value = Number(text);
  if (/^\d{1,10}$/.test(text) && value >= min && value <= max) return value;
  throw new OptionError(
    `--${option} is ${text}, but it takes a whole number from ${min} to ${max}.\n${USAGE}`,
  );
}
