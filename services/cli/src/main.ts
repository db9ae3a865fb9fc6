#!/usr/bin/env node
import { runHerald } from './program.ts';
import { createTerminal } from './terminal.ts';

const terminal = createTerminal({ stdout: process.stdout, stderr: process.stderr, env: process.env });
const context = { terminal, env: process.env, input: process.stdin };
process.exitCode = await runHerald(process.argv.slice(2), context);
// A command that failed half-way may have left a connection open.
if (process.exitCode !== 0) process.exit();
