import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { accessSync, constants } from 'node:fs';
import { mkdir, readFile, rename, rm } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { withLock } from './lock.ts';
import { StackProblem } from './problem.ts';

const HERE = join(import.meta.dirname, '..');

/**
 * The folder with what `<room>/pom.xml` names, downloaded once into the cache. Maven verifies the checksums (`-C`).
 * The folder appears under its name only when it is complete, so a download that was cut off is never mistaken for
 * a whole one, and the lock keeps two runs from downloading at the same time. Its name changes with the pom.
 */
export async function fromMaven(
  room: 'kafka' | 'registry',
  options: { cacheDir: string; env: NodeJS.ProcessEnv; onProgress: (line: string) => void },
): Promise<string> {
  const { cacheDir, env, onProgress } = options;
  const pom = await readFile(join(HERE, room, 'pom.xml'));
  const folder = join(cacheDir, `${room}-${createHash('sha256').update(pom).digest('hex').slice(0, 12)}`);
  if (exists(folder)) return folder;
  await mkdir(cacheDir, { recursive: true });
  await withLock(
    join(cacheDir, `${room}.lock`),
    () => onProgress(`${room}: waiting for another process that downloads it`),
    async () => {
      if (exists(folder)) return;
      const partial = `${folder}.partial`;
      await rm(partial, { recursive: true, force: true });
      onProgress(`${room}: downloading once into ${cacheDir}`);
      await runMaven(room, partial, env, onProgress);
      await rename(partial, folder);
    },
  );
  return folder;
}

async function runMaven(
  room: string,
  out: string,
  env: NodeJS.ProcessEnv,
  onProgress: (line: string) => void,
): Promise<void> {
  const command = onPath('mvn', env) ?? join(HERE, 'mvnw');
  const args = [
    '--strict-checksums',
    '--file',
    join(HERE, room, 'pom.xml'),
    'package',
    `-Dherald.out=${out}`,
  ];
  const maven = spawn(command, args, { cwd: HERE, env, stdio: ['ignore', 'pipe', 'pipe'] });
  const { promise: ended, resolve } = Promise.withResolvers<number | string>();
  maven.once('error', (error) => resolve(error.message));
  maven.once('close', (code, signal) => resolve(code ?? signal ?? 'unknown'));
  const tail: string[] = [];
  const read = (chunk: Buffer) => {
    for (const line of chunk.toString('utf8').split(/[\r\n]+/)) {
      const progress = downloadProgress(line);
      if (progress) onProgress(`${room}: ${progress}`);
      if (line.startsWith('[ERROR]')) tail.push(line.slice('[ERROR]'.length).trim());
    }
  };
  maven.stdout.on('data', read);
  maven.stderr.on('data', read);
  const code = await ended;
  if (code === 0) return;
  throw new StackProblem(
    `Downloading ${room} by Maven (${command}) failed (${code}): ${tail[0] ?? 'it gave no reason'}; check the network and Maven's settings, then start again.`,
  );
}

/** What one line of Maven's output says about a download, or `undefined` when it is about something else. */
export function downloadProgress(line: string): string | undefined {
  const done = /Downloaded from \S+ \S*\/([^/\s]+\.(?:jar|gz|zip)) (\(.*\))/.exec(line);
  if (done) return `${done[1]} ${done[2]}`;
  const partly = /^Progress \(\d+\): (.+)$/.exec(line.trim());
  return partly?.[1];
}

function onPath(program: string, env: NodeJS.ProcessEnv): string | undefined {
  const folders = (env.PATH ?? '').split(delimiter).filter(Boolean);
  return folders.map((folder) => join(folder, program)).find((file) => exists(file, constants.X_OK));
}

function exists(path: string, mode: number = constants.F_OK): boolean {
  try {
    accessSync(path, mode);
    return true;
  } catch {
    return false;
  }
}
