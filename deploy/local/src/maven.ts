import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { accessSync, constants } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rename, rm } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { withLock } from './lock.ts';
import { StackProblem } from './problem.ts';

const HERE = join(import.meta.dirname, '..');

/** Maven tells of a large file's progress many times a second. */
const PART_EVERY_MS = 2_000;

/**
 * The folder with what `<room>/pom.xml` names, downloaded once into the cache. Maven verifies the checksums (`-C`).
 * The folder appears under its name only when it is complete, so a download that was cut off is never mistaken for
 * a whole one; its name changes with the pom. One download at a time: Maven's own store is not made for two.
 */
export async function fromMaven(
  room: 'kafka' | 'registry',
  options: { cacheDir: string; env: NodeJS.ProcessEnv; onProgress: (line: string) => void },
): Promise<string> {
  const { cacheDir, env, onProgress } = options;
  const pom = await readFile(join(HERE, room, 'pom.xml'));
  const name = `${room}-${createHash('sha256').update(pom).digest('hex').slice(0, 12)}`;
  const folder = join(cacheDir, name);
  if (exists(folder)) return folder;
  await mkdir(cacheDir, { recursive: true });
  await withLock(
    join(cacheDir, 'lock'),
    () => onProgress(`${room}: waiting for another download to end`),
    async () => {
      if (exists(folder)) return;
      // A Maven that outlived a killed run may still be writing into the folder of that run.
      const partial = await mkdtemp(`${folder}.partial-`);
      onProgress(`${room}: downloading once into ${cacheDir}`);
      try {
        await runMaven(room, partial, env, onProgress);
        await rename(partial, folder);
      } finally {
        for (const left of (await readdir(cacheDir)).filter((entry) => entry.startsWith(`${name}.partial-`)))
          await rm(join(cacheDir, left), { recursive: true, force: true });
      }
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
  const errors: string[] = [];
  let saidAt = Date.now();
  const read = (chunk: Buffer) => {
    for (const line of chunk.toString('utf8').split(/[\r\n]+/)) {
      const progress = downloadProgress(line);
      if (progress && (progress.kind === 'file' || Date.now() - saidAt >= PART_EVERY_MS)) {
        onProgress(`${room}: ${progress.text}`);
        saidAt = Date.now();
      }
      if (line.startsWith('[ERROR]')) errors.push(line.slice('[ERROR]'.length).trim());
    }
  };
  maven.stdout.on('data', read);
  maven.stderr.on('data', read);
  const code = await ended;
  if (code === 0) return;
  throw new StackProblem(
    `Downloading ${room} by Maven (${command}) failed (${code}): ${errors[0] ?? 'it gave no reason'}; check the network and Maven's settings, then start again.`,
  );
}

/** What one line of Maven's output says about a download, or `undefined` when it is about something else. */
export function downloadProgress(line: string): { kind: 'file' | 'part'; text: string } | undefined {
  const file = /Downloaded from \S+ \S*\/([^/\s]+\.(?:jar|gz|zip)) (\(.*\))/.exec(line);
  if (file) return { kind: 'file', text: `${file[1]} ${file[2]}` };
  const part = /^Progress \(\d+\): (.+ MB)$/.exec(line.trim());
  if (part?.[1]) return { kind: 'part', text: part[1] };
  return undefined;
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
