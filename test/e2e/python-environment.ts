import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { access, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { HERALD_DIR } from '@herald/local-stack/stack';

const run = promisify(execFile);

export const PYTHON_DIR = join(import.meta.dirname, 'python');
const REQUIREMENTS = join(PYTHON_DIR, 'requirements.txt');

export type PythonEnvironment = { kind: 'ready'; python: string } | { kind: 'absent'; reason: string };

/** An interpreter with the pinned packages: installed once by the machine's own Python, then kept in `.herald/cache`. */
export async function preparePython(): Promise<PythonEnvironment> {
  const version = await run('python3', ['--version']).then(
    ({ stdout }) => stdout.trim(),
    () => undefined,
  );
  if (version === undefined) return { kind: 'absent', reason: 'there is no python3 on this machine' };

  const wanted = createHash('sha256')
    .update(await readFile(REQUIREMENTS))
    .update(version)
    .digest('hex');
  const dir = join(HERALD_DIR, 'cache', `python-${wanted.slice(0, 12)}`);
  const python = join(dir, 'bin', 'python');
  const complete = join(dir, 'complete');
  const isComplete = await access(complete).then(
    () => true,
    () => false,
  );
  if (!isComplete) {
    await mkdir(dir, { recursive: true });
    await run('python3', ['-m', 'venv', '--clear', dir]);
    await run(python, ['-m', 'pip', 'install', '--quiet', '--requirement', REQUIREMENTS]);
    await writeFile(complete, version);
  }
  return { kind: 'ready', python };
}
