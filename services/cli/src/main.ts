#!/usr/bin/env node
import { runHerald } from './program.ts';
import { createTerminal } from './terminal.ts';

const terminal = createTerminal({ stdout: process.stdout, stderr: process.stderr, env: process.env });
process.exitCode = await runHerald(process.argv.slice(2), { terminal, env: process.env });
// A command that failed half-way may have left a connection open.
if (process.exitCode !== 0) process.exit();
