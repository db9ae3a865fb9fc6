import { chmod, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { expect, test } from 'vitest';
import { findJava } from './java.ts';
import { fromMaven } from './maven.ts';
import { startStack } from './stack.ts';
import { folderForTest } from './stack-fixtures.ts';

test('a Java that is too old is named with its version and what to install', async () => {
  const PATH = await folderWith('java', 'echo \'openjdk version "11.0.2" 2019-01-15\' >&2');
  await expect(startStack({ components: ['kafka'], env: { PATH } })).rejects.toThrow(
    /^Java 11 was found \(java\), which is too old: install a JDK or JRE of version 17 or later/,
  );
});

test('a missing Java is one sentence that says what to install', async () => {
  const PATH = await folderForTest();
  await expect(startStack({ components: ['registry'], env: { PATH } })).rejects.toThrow(
    /^Java was not found \(java\): install a JDK or JRE of version 17 or later/,
  );
});

test('JAVA_HOME goes before PATH', async () => {
  const PATH = await folderWith('java', 'echo \'openjdk version "11.0.2" 2019-01-15\' >&2');
  const home = await folderForTest();
  await mkdir(join(home, 'bin'));
  await script(join(home, 'bin', 'java'), 'echo \'openjdk version "21.0.1" 2023-10-17\' >&2');
  expect(await findJava({ PATH, JAVA_HOME: home })).toBe(join(home, 'bin', 'java'));
});

/** In a script that plays Maven: `$out` is the folder that it was asked to fill. */
const OUT = 'for a; do case "$a" in -Dherald.out=*) out=$(echo "$a" | /usr/bin/cut -d= -f2) ;; esac; done';

test('a download that failed is one sentence, and what it left is not mistaken for a whole one', async () => {
  const cacheDir = await folderForTest();
  const failing = await folderWith(
    'mvn',
    `${OUT}; /bin/mkdir -p "$out"; echo half > "$out/half.jar"; echo "[ERROR] Could not transfer it"; exit 1`,
  );
  const options = { cacheDir, env: { PATH: failing }, onProgress: () => {} };
  await expect(fromMaven('kafka', options)).rejects.toThrow(
    /^Downloading kafka by Maven .* failed \(1\): Could not transfer it; check the network/,
  );

  const whole = await folderWith('mvn', `${OUT}; /bin/mkdir -p "$out"; echo whole > "$out/whole.jar"`);
  const folder = await fromMaven('kafka', { ...options, env: { PATH: whole } });
  expect(await readdir(folder)).toEqual(['whole.jar']);
  expect(await readdir(cacheDir)).toEqual([basename(folder), 'lock']);
});

test('processes that start at the same time download once', async () => {
  const cacheDir = await folderForTest();
  const calls = join(cacheDir, 'calls');
  const PATH = await folderWith('mvn', `${OUT}; echo call >> ${calls}; /bin/sleep 0.3; /bin/mkdir -p "$out"`);
  const options = { cacheDir, env: { PATH }, onProgress: () => {} };
  const folders = await Promise.all([fromMaven('registry', options), fromMaven('registry', options)]);
  expect(new Set(folders).size).toBe(1);
  expect(await readFile(calls, 'utf8')).toBe('call\n');
});

async function folderWith(program: string, body: string): Promise<string> {
  const folder = await folderForTest();
  await script(join(folder, program), body);
  return folder;
}

async function script(file: string, body: string): Promise<void> {
  await writeFile(file, `#!/bin/sh\n${body}\n`);
  await chmod(file, 0o755);
}
