import Table from 'cli-table3';
import picocolors from 'picocolors';

export type Colors = ReturnType<typeof picocolors.createColors>;

/** What the person in front of the demo sees: coloured on a terminal, plain when piped. */
export interface Screen {
  colors: Colors;
  section(title: string): void;
  line(text?: string): void;
  table(head: readonly string[], rows: readonly (readonly string[])[]): void;
}

export function createScreen(stdout: NodeJS.WriteStream, env: NodeJS.ProcessEnv): Screen {
  const colors = picocolors.createColors(stdout.isTTY === true && !env.NO_COLOR);
  const line = (text = '') => void stdout.write(`${text}\n`);
  return {
    colors,
    line,
    section(title) {
      line();
      line(colors.bold(title));
    },
    table(head, rows) {
      const table = new Table({
        head: [...head],
        style: { head: [], border: colors.isColorSupported ? ['gray'] : [], compact: true },
      });
      table.push(...rows.map((row) => [...row]));
      line(table.toString());
    },
  };
}
