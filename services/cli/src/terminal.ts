import { stripVTControlCharacters } from 'node:util';
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
  /**
   * Without rows the note `none`. On a terminal that is narrower, a block of lines for each row: what is cut off or
   * broken cannot be copied.
   */
  table(head: readonly string[], rows: readonly (readonly string[])[], none?: string): void;
  /** Empty functions where the output is piped. */
  colors: Colors;
}

export interface Output {
  stdout: Pick<NodeJS.WriteStream, 'write'> & { isTTY?: boolean; columns?: number };
  stderr: Pick<NodeJS.WriteStream, 'write'>;
  env: NodeJS.ProcessEnv;
}

export function createTerminal({ stdout, stderr, env }: Output): Terminal {
  const isTerminal = stdout.isTTY === true;
  const { colors, finished } = createPainting(isTerminal && !env.NO_COLOR);
  const writeLine = (line: string) => void stdout.write(`${line}\n`);
  const blocksOf = (head: readonly string[], rows: readonly (readonly string[])[]) => {
    const width = Math.max(...head.map((title) => title.length));
    const fields = (row: readonly string[]) =>
      head.flatMap((title, at) =>
        row[at] ? finished(`${colors.bold(title.padEnd(width))}  ${visibleLine(row[at])}`) : [],
      );
    return rows.flatMap((row, at) => (at === 0 ? fields(row) : ['', ...fields(row)]));
  };
  const note = (line: string) => void stderr.write(`${finished(visible(line))}\n`);
  return {
    print: (line) => writeLine(finished(visible(line))),
    note,
    json: (value) => writeLine(JSON.stringify(value, null, isTerminal ? 2 : undefined)),
    jsonLine: writeLine,
    table(head, rows, none = 'none') {
      if (rows.length === 0) return note(none);
      const table = new Table({
        head: head.map((title) => finished(colors.bold(title))),
        chars: NO_BORDERS,
        style: { head: [], border: [], 'padding-left': 0, 'padding-right': 2 },
      });
      table.push(...rows.map((row) => row.map((cell) => finished(visibleLine(cell)))));
      const lines = table
        .toString()
        .split('\n')
        .map((line) => line.trimEnd());
      const { columns } = stdout;
      const fits = !isTerminal || columns === undefined || lines.every((line) => widthOf(line) <= columns);
      for (const line of fits ? lines : blocksOf(head, rows)) writeLine(line);
    },
    colors,
  };
}

/** In characters, without what paints them. */
function widthOf(line: string): number {
  return stripVTControlCharacters(line).length;
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
