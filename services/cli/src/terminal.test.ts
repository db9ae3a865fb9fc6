import { stripVTControlCharacters } from 'node:util';
import { expect, test } from 'vitest';
import { createTerminal, type Terminal } from './terminal.ts';

const HOSTILE = '\x1b]0;pwned\x07\x1b[2J\x1b[31m\x9b1m\u202emoc.\u2066x\r\x7f';
const SHOWN = '\\x1b]0;pwned\\x07\\x1b[2J\\x1b[31m\\x9b1m\\u202emoc.\\u2066x\\x0d\\x7f';

function written(use: (terminal: Terminal) => void, isTTY = false, columns = 80): string {
  let text = '';
  const write = (chunk: unknown) => {
    text += chunk;
    return true;
  };
  use(createTerminal({ stdout: { write, isTTY, columns }, stderr: { write }, env: {} }));
  return text;
}

test('what a receiver says is shown and not obeyed by the terminal, wherever it is written', () => {
  expect(written(({ print }) => print(HOSTILE))).toBe(`${SHOWN}\n`);
  expect(written(({ note }) => note(HOSTILE))).toBe(`${SHOWN}\n`);
  expect(written(({ table }) => table(['a'], [[`${HOSTILE}\n\t`]]))).toBe(`a\n${SHOWN}\\n\\t\n`);
});

test('words are painted on a terminal, and what a receiver has painted is not', () => {
  const painted = written(({ print, colors }) => print(`${colors.red(`no ${HOSTILE}`)} \x1b[32mok`), true);
  expect(painted).toBe(`\x1b[31mno ${SHOWN}\x1b[39m \\x1b[32mok\n`);
  const cell = written(({ table, colors }) => table(['a'], [[colors.green('\x1b[1mok')]]), true);
  expect(cell).toBe('\x1b[1ma\x1b[22m\n\x1b[32m\\x1b[1mok\x1b[39m\n');
});

test('lines and tabs of a text stay, and JSON is as it is', () => {
  expect(written(({ print }) => print('a\n\tb'))).toBe('a\n\tb\n');
  expect(written(({ json }) => json({ body: HOSTILE }))).toBe(`${JSON.stringify({ body: HOSTILE })}\n`);
  expect(written(({ jsonLine }) => jsonLine('"\x85"'))).toBe('"\x85"\n');
});

test('a table that is wider than the terminal is a block for each row, so that its ids stay whole', () => {
  const rows = [
    ['6f1c1f0e', 'dead', ''],
    ['7a2b3c4d', 'delivered', '\x07'],
  ];
  const use = ({ table }: Terminal) => table(['delivery', 'state', 'why'], rows);
  const plain = (text: string) => stripVTControlCharacters(text);
  expect(plain(written(use, true, 19))).toBe(
    'delivery  6f1c1f0e\nstate     dead\n\ndelivery  7a2b3c4d\nstate     delivered\nwhy       \\x07\n',
  );
  expect(plain(written(use, true, 26)).split('\n')[1]).toBe('6f1c1f0e  dead');
  expect(written(use, false, 19).split('\n')[1]).toBe('6f1c1f0e  dead');
});
