import Table from 'cli-table3';
import { type Colors, createPainting } from './painting.ts';
import { visible, visibleLine } from './visible.ts';

/**
 * Where a command writes. Results go to standard output, notes about the work to standard error. Whatever it is given
 * may have words of others in it: what a terminal would obey is shown as an escape, in all but JSON.
 */
export interface Terminal {
  /** A line of the result, or several. */
  print(line: string): void;
  /** A line about the work: never a part of the result. */
  note(line: string): void;
  /** One document, for programs. */
  json(value: unknown): void;
  /** A document of many, each on its line, as it is. */
  jsonLine(text: string): void;
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
  const { colors, finished } = createPainting(isTerminal && !env.NO_COLOR);
  const writeLine = (line: string) => void stdout.write(`${line}\n`);
  const note = (line: string) => void stderr.write(`${finished(visible(line))}\n`);
  return {
    print: (line) => writeLine(finished(visible(line))),
    note,
    json: (value) => writeLine(JSON.stringify(value, null, isTerminal ? 2 : undefined)),
    jsonLine: writeLine,
    table(head, rows) {
      if (rows.length === 0) return note('none');
      const table = new Table({
        head: head.map((title) => finished(colors.bold(title))),
        chars: NO_BORDERS,
        style: { head: [], border: [], 'padding-left': 0, 'padding-right': 2 },
      });
      table.push(...rows.map((row) => row.map((cell) => finished(visibleLine(cell)))));
      for (const line of table.toString().split('\n')) writeLine(line.trimEnd());
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
