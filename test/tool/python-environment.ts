import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { access, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { HERALD_DIR } from '@herald/local-stack/stack';

const run = promisify(execFile);

export type PythonEnvironment = { kind: 'ready'; python: string } | { kind: 'absent'; reason: string };

/**
 * An interpreter with the packages that a file of requirements pins: installed once by the machine's own Python, then
 * kept in `.herald/cache`.
 */
export async function preparePython(requirementsFile: string): Promise<PythonEnvironment> {
  const version = await run('python3', ['--version']).then(
    ({ stdout }) => stdout.trim(),
    () => undefined,
  );
  if (version === undefined) return { kind: 'absent', reason: 'there is no python3 on this machine' };
  if (!(await hasVenv())) {
    return { kind: 'absent', reason: `${version} has no module venv: install python3-venv` };
  }

  const wanted = createHash('sha256')
    .update(await readFile(requirementsFile))
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
    await run(python, ['-m', 'pip', 'install', '--quiet', '--requirement', requirementsFile]);
    await writeFile(complete, version);
  }
  return { kind: 'ready', python };
}

/** Debian has it apart, with the installer that it needs. */
function hasVenv(): Promise<boolean> {
  return run('python3', ['-c', 'import venv, ensurepip']).then(
    () => true,
    () => false,
  );
}
