import { OptionError, parseFlags } from '../tool/options.ts';

export const BENCH_USAGE = `npm run bench:history -- [options]
  --rows N    attempts to fill, default 10000000; what lists cost at 1000000 is measured before, but not with --data
  --data DIR  keeps ClickHouse's data in this folder, and measures what was filled into it before without filling
  --depth N   the deepest page that is measured, default 1000: pages 1, 10, 100 and 1000 are
  --only TEXT measures only the lists whose name has this text, as in --only word
  --json      the results as one JSON object on standard output
  --help`;

export const FILL_USAGE = `npm run history:fill -- [options]
  --rows N         attempts to fill, default 1000000, over the two weeks before now
  --url URL        of ClickHouse's HTTP interface, default http://127.0.0.1:8123
  --database NAME  migrated first; what it has stays, default herald
  --help`;

export interface BenchOptions {
  help: boolean;
  json: boolean;
  rows: number;
  /** Undefined for a folder that is removed at the end. */
  dataDir: string | undefined;
  /** In pages: none deeper than this is measured. */
  maxDepth: number;
  /** What the name of a list has that is measured; empty for all lists. */
  only: string;
}

export interface FillCommand {
  help: boolean;
  rows: number;
  url: string;
  database: string;
}

const MAX_ROWS = 1_000_000_000;
const MAX_DEPTH = 1_000;

/** @throws OptionError */
export function readBenchOptions(args: readonly string[]): BenchOptions {
  const flags = parseFlags(
    args,
    {
      help: { type: 'boolean', short: 'h' },
      json: { type: 'boolean' },
      rows: { type: 'string' },
      data: { type: 'string' },
      depth: { type: 'string' },
      only: { type: 'string' },
    },
    BENCH_USAGE,
  );
  return {
    help: flags.help ?? false,
    json: flags.json ?? false,
    rows: rowsOf(flags.rows ?? '10000000', BENCH_USAGE),
    dataDir: flags.data,
    maxDepth: depthOf(flags.depth ?? String(MAX_DEPTH)),
    only: flags.only ?? '',
  };
}

/** @throws OptionError */
export function readFillOptions(args: readonly string[]): FillCommand {
  const flags = parseFlags(
    args,
    {
      help: { type: 'boolean', short: 'h' },
      rows: { type: 'string' },
      url: { type: 'string' },
      database: { type: 'string' },
    },
    FILL_USAGE,
  );
  return {
    help: flags.help ?? false,
    rows: rowsOf(flags.rows ?? '1000000', FILL_USAGE),
    url: flags.url ?? 'http://127.0.0.1:8123',
    database: flags.database ?? 'herald',
  };
}

function rowsOf(text: string, usage: string): number {
  const rows = Number(text);
  if (/^\d{1,10}$/.test(text) && rows >= 1_000 && rows <= MAX_ROWS) return rows;
  throw new OptionError(`--rows is ${text}, but it takes a number from 1000 to ${MAX_ROWS}.\n${usage}`);
}

function depthOf(text: string): number {
  const depth = Number(text);
  if (/^\d{1,4}$/.test(text) && depth >= 1 && depth <= MAX_DEPTH) return depth;
  throw new OptionError(`--depth is ${text}, but it takes a number from 1 to ${MAX_DEPTH}.\n${BENCH_USAGE}`);
}
