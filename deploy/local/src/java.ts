import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { StackProblem } from './problem.ts';

export const OLDEST_JAVA = 17;

const REMEDY = `install a JDK or JRE of version ${OLDEST_JAVA} or later (Debian and Ubuntu: apt-get install openjdk-17-jre-headless; macOS: brew install openjdk@17) and put it on PATH or in JAVA_HOME`;

/** Kafka and the registry run on it: `JAVA_HOME/bin/java` where that is set, else the `java` on PATH. */
export async function findJava(env: NodeJS.ProcessEnv): Promise<string> {
  const java = env.JAVA_HOME ? join(env.JAVA_HOME, 'bin', 'java') : 'java';
  const banner = await versionBanner(java, env);
  if (banner === undefined) {
    throw new StackProblem(`Java was not found (${java}): ${REMEDY}.`);
  }
  const major = javaMajor(banner);
  if (major === undefined) {
    throw new StackProblem(`${java} -version does not name a Java version: ${REMEDY}.`);
  }
  if (major < OLDEST_JAVA) {
    throw new StackProblem(`Java ${major} was found (${java}), which is too old: ${REMEDY}.`);
  }
  return java;
}

/** The major version from what `java -version` prints; 8 and older call themselves `1.8`. */
export function javaMajor(banner: string): number | undefined {
  const match = /version "(?:1\.)?(\d+)/.exec(banner);
  return match ? Number(match[1]) : undefined;
}

function versionBanner(java: string, env: NodeJS.ProcessEnv): Promise<string | undefined> {
  const { promise, resolve } = Promise.withResolvers<string | undefined>();
  execFile(java, ['-version'], { env, timeout: 20_000 }, (error, stdout, stderr) => {
    const ran = !error || typeof error.code === 'number';
    resolve(ran ? `${stderr}${stdout}` : undefined);
  });
  return promise;
}
