#!/usr/bin/env node
import { EXIT } from './failure.ts';
import { runHerald } from './program.ts';
import { createTerminal } from './terminal.ts';

// As `head` does when it has enough: what is left to do was to be read, and nobody reads it.
process.stdout.on('error', (error) => {
  if (!isClosedPipe(error)) throw error;
  process.exit(EXIT.ok);
});
// Notes are by the way: a command does its work without a reader of them.
process.stderr.on('error', (error) => {
  if (!isClosedPipe(error)) throw error;
});

function isClosedPipe(error: NodeJS.ErrnoException): boolean {
  return error.code === 'EPIPE';
}

const terminal = createTerminal({ stdout: process.stdout, stderr: process.stderr, env: process.env });
const context = { terminal, env: process.env, input: process.stdin };
process.exitCode = await runHerald(process.argv.slice(2), context);
// A command that failed half-way may have left a connection open.
if (process.exitCode !== 0) process.exit();
