import Table from 'cli-table3';
import picocolors from 'picocolors';

export type Colors = ReturnType<typeof picocolors.createColors>;

/** Where a command writes. Results go to standard output, notes about the work to standard error. */
export interface Terminal {
  /** A line of the result. */
  print(line: string): void;
  /** A line about the work: never a part of the result. */
  note(line: string): void;
  /** One document, for programs. */
  json(value: unknown): void;
  table(head: readonly string[], rows: readonly (readonly string[])[]): void;
  /** Empty functions where the output is piped. */
  colors: Colors;
}

export interface Output {
  stdout: Pick<NodeJS.WriteStream, 'write'> & { isTTY?: boolean };
  stderr: Pick<NodeJS.WriteStream, 'write'>;
  env: NodeJS.ProcessEnv;
}

export function createTerminal({ stdout, stderr, env }: Output): Terminal {
  const isTerminal = stdout.isTTY === true;
  const colors = picocolors.createColors(isTerminal && !env.NO_COLOR);
  const print = (line: string) => void stdout.write(`${line}\n`);
  const note = (line: string) => void stderr.write(`${line}\n`);
  return {
    print,
    note,
    json: (value) => print(JSON.stringify(value, null, isTerminal ? 2 : undefined)),
    table(head, rows) {
      if (rows.length === 0) return note('none');
      const table = new Table({
        head: head.map((title) => colors.bold(title)),
        chars: NO_BORDERS,
        style: { head: [], border: [], 'padding-left': 0, 'padding-right': 2 },
      });
      table.push(...rows.map((row) => [...row]));
      for (const line of table.toString().split('\n')) print(line.trimEnd());
    },
    colors,
  };
}

/** Columns by blanks: readable on a terminal and easy to cut in a pipe. */
const NO_BORDERS = Object.fromEntries(
  [
    'top',
    'top-mid',
    'top-left',
    'top-right',
    'bottom',
    'bottom-mid',
    'bottom-left',
    'bottom-right',
    'left',
    'left-mid',
    'mid',
    'mid-mid',
    'right',
    'right-mid',
    'middle',
  ].map((name) => [name, '']),
);
