import { OptionError, parseFlags } from '../tool/options.ts';
import type { Row } from './row.ts';
import { ROWS } from './rows/all.ts';

export const RANDOM = 'random';

export const USAGE = `npm run chaos -- [options]
  --minutes N   random blows follow the rows until so many minutes are over since the start, default 5
  --seed N      of the random blows and the events, default 1
  --rows a,b    some of: ${[...ROWS.map(({ name }) => name), RANDOM].join(' ')}
  --json        the results as one JSON object on standard output, progress on standard error
  --help`;

export interface ChaosOptions {
  help: boolean;
  minutes: number;
  seed: number;
  rows: readonly Row[];
  /** Whether random blows follow. */
  random: boolean;
  json: boolean;
}

const FLAGS = {
  help: { type: 'boolean', short: 'h' },
  minutes: { type: 'string' },
  seed: { type: 'string' },
  rows: { type: 'string' },
  json: { type: 'boolean' },
} as const;

/** @throws OptionError */
export function readOptions(args: readonly string[]): ChaosOptions {
  const flags = parseFlags(args, FLAGS, USAGE);
  const names = flags.rows?.split(',').map((name) => name.trim());
  const unknown = names?.filter((name) => name !== RANDOM && !ROWS.some((row) => row.name === name)) ?? [];
  if (unknown.length > 0) throw new OptionError(`--rows has ${unknown.join(', ')}.\n${USAGE}`);
  return {
    help: flags.help ?? false,
    minutes: numberOf('minutes', flags.minutes ?? '5', /^\d{1,4}(\.\d+)?$/),
    seed: numberOf('seed', flags.seed ?? '1', /^\d{1,15}$/),
    rows: names ? ROWS.filter(({ name }) => names.includes(name)) : ROWS,
    random: names?.includes(RANDOM) ?? true,
    json: flags.json ?? false,
  };
}

function numberOf(option: string, text: string, form: RegExp): number {
  if (form.test(text)) return Number(text);
  throw new OptionError(`--${option} is ${text}, which is no number that it takes.\n${USAGE}`);
}
