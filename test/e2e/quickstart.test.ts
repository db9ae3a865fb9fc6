import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { freePorts } from '@herald/local-stack/ports';
import { HERALD_DIR } from '@herald/local-stack/stack';
import { eventually } from '@herald/testkit/eventually';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readPage, type Step } from './quickstart-page.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const STEP_TIMEOUT_MS = 240_000;
const DONE = /^done with (\d+)$/m;

/** Of the commands of the page, which name folders and a port that are somebody's already. */
let page: readonly Step[];
let dir: string;
const terminals = new Map<string, Terminal>();

/** A shell that is typed into; what it prints comes here, errors too. */
interface Terminal {
  readonly printed: string;
  type(commands: string): void;
  end(): Promise<void>;
}

function openTerminal(): Terminal {
  // A process group of its own: Ctrl-C ends whatever runs in it.
  const shell: ChildProcess = spawn('bash', ['-u'], { cwd: ROOT, detached: true });
  let printed = '';
  for (const stream of [shell.stdout, shell.stderr]) {
    stream?.on('data', (chunk) => {
      printed += chunk;
    });
  }
  const closed = new Promise<void>((resolve) => shell.once('close', () => resolve()));
  return {
    get printed() {
      return printed;
    },
    type: (commands) => void shell.stdin?.write(`${commands}\n`),
    async end() {
      shell.stdin?.end();
      const signal = (name: NodeJS.Signals) => {
        try {
          process.kill(-(shell.pid as number), name);
        } catch {} // It has ended by itself.
      };
      signal('SIGINT');
      const late = setTimeout(() => signal('SIGKILL'), 60_000);
      await closed;
      clearTimeout(late);
    },
  };
}

beforeAll(async () => {
  await mkdir(HERALD_DIR, { recursive: true });
  dir = await mkdtemp(join(HERALD_DIR, 'quickstart-page-'));
  const [port] = await freePorts(1);
  const text = await readFile(join(ROOT, 'docs', 'quickstart.md'), 'utf8');
  page = readPage(
    text
      .replaceAll('.herald/quickstart', `${dir}/quickstart`)
      .replaceAll('npm run demo', `npm run demo -- --dir ${dir}/demo`)
      .replaceAll('4000', String(port)),
  );
});

afterAll(async () => {
  for (const terminal of [...terminals.values()].reverse()) await terminal.end();
  await rm(dir, { recursive: true, force: true });
});

test('every command of the quickstart does what the page says, in front of a demo that loses nothing', async () => {
  let lastAnswer = '';
  for (const step of page) {
    switch (step.kind) {
      case 'file':
        await writeFile(join(dir, 'quickstart', step.name), step.text);
        break;
      case 'stop':
        await terminals.get(step.terminal)?.end();
        terminals.delete(step.terminal);
        break;
      case 'run': {
        const terminal = terminals.getOrInsertComputed(step.terminal, openTerminal);
        if (step.terminal !== 'own') {
          terminal.type(step.commands);
          break;
        }
        const before = terminal.printed.length;
        terminal.type(`${step.commands}\necho "done with $?"`);
        lastAnswer = await eventually(
          () => {
            const printed = terminal.printed.slice(before);
            expect(printed).toMatch(DONE);
            return printed;
          },
          { timeoutMs: STEP_TIMEOUT_MS },
        );
        expect(DONE.exec(lastAnswer)?.[1], lastAnswer).toBe('0');
        break;
      }
      case 'expect':
        await eventually(
          () => {
            const printed = step.terminal === 'own' ? lastAnswer : terminals.get(step.terminal)?.printed;
            expect(printed).toContain(step.text);
          },
          { timeoutMs: step.terminal === 'own' ? 0 : STEP_TIMEOUT_MS },
        );
        break;
    }
  }
  expect(page.filter(({ kind }) => kind === 'expect').length).toBeGreaterThan(7);

  const shown = terminals.get('demo')?.printed ?? '';
  const account = JSON.parse(/^\{"events":.*\}$/m.exec(shown)?.[0] ?? 'null');
  expect(account).toEqual({
    events: 120,
    routed: account.delivered + account.dead + account.held,
    delivered: 360,
    dead: expect.toSatisfy((dead: number) => dead > 0),
    held: 120,
    waiting: 0,
    attempts: expect.toSatisfy((attempts: number) => attempts > 360),
    duplicates: 0,
    lost: 0,
  });
  expect(shown).toContain('One delivery that failed, and was delivered');
  expect(shown).not.toContain('✗ │');
}, 600_000);
