import { OptionError, parseFlags } from '../tool/options.ts';

export const USAGE = `npm run hostile -- [options]
  --minutes N           how long receivers are hostile, default 10, at least 0.5
  --events-per-second N each goes to every receiver, default 10
  --max-growth-mib N    by how much the dispatcher's memory may grow after its first fifth (two minutes of ten), default 64
  --help`;

export interface HostileOptions {
  help: boolean;
  minutes: number;
  eventsPerSecond: number;
  maxGrowthMib: number;
}

const FLAGS = {
  help: { type: 'boolean', short: 'h' },
  minutes: { type: 'string' },
  'events-per-second': { type: 'string' },
  'max-growth-mib': { type: 'string' },
} as const;

/** @throws OptionError */
export function readOptions(args: readonly string[]): HostileOptions {
  const flags = parseFlags(args, FLAGS, USAGE);
  return {
    help: flags.help ?? false,
    minutes: numberOf('minutes', flags.minutes ?? '10', { min: 0.5, max: 1_440 }),
    eventsPerSecond: numberOf('events-per-second', flags['events-per-second'] ?? '10', {
      min: 1,
      max: 1_000,
    }),
    maxGrowthMib: numberOf('max-growth-mib', flags['max-growth-mib'] ?? '64', { min: 1, max: 10_000 }),
  };
}

function numberOf(option: string, text: string, { min, max }: { min: number; max: number }): number {
  const value = Number(text);
  if (/^\d{1,5}(\.\d+)?$/.test(text) && value >= min && value <= max) return value;
  throw new OptionError(`--${option} is ${text}, but it takes a number from ${min} to ${max}.\n${USAGE}`);
}
