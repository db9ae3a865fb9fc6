import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { assertFree } from './ports.ts';
import type { ServerPlan } from './server.ts';

export const CONFLUENT_API = '/apis/ccompat/v7';

export interface RegistryPlace {
  env: NodeJS.ProcessEnv;
  /** Resolves the Java to run. */
  java(): Promise<string>;
  /** Resolves the folder of the unpacked distribution. */
  distributionDir(): Promise<string>;
  dataDir: string;
  logDir: string;
}

export function registryPlan(port: number, place: RegistryPlace): ServerPlan {
  const dataDir = join(place.dataDir, 'registry');
  // WRITE_DELAY=0: H2 otherwise answers up to half a second before its data is on disk, and an id that was handed
  // out and then lost would make every record that carries it undecodable.
  const database = `jdbc:h2:file:${join(dataDir, 'db')};WRITE_DELAY=0`;
  return {
    name: 'registry',
    logFile: join(place.logDir, 'registry.log'),
    stopTimeoutMs: 5_000,
    readyTimeoutMs: 120_000,
    async prepare() {
      const java = await place.java();
      const distribution = await place.distributionDir();
      await assertFree(
        port,
        'the schema registry',
        'choose another by --registry-port or HERALD_REGISTRY_PORT',
      );
      await mkdir(dataDir, { recursive: true });
      return {
        command: java,
        args: [
          '-Xms32m',
          '-Xmx256m',
          '-XX:+UseSerialGC',
          '-XX:TieredStopAtLevel=1',
          '-XX:+ExitOnOutOfMemoryError',
          `-Dquarkus.http.port=${port}`,
          '-Dquarkus.http.host=127.0.0.1',
          '-Dquarkus.log.level=WARN',
          `-DREGISTRY_DATASOURCE_URL=${database}`,
          '-jar',
          await runnerJar(distribution),
        ],
        env: place.env,
      };
    },
    async probe() {
      const answer = await fetch(`http://127.0.0.1:${port}${CONFLUENT_API}/subjects`, {
        signal: AbortSignal.timeout(5_000),
      });
      return answer.ok && Array.isArray(await answer.json());
    },
  };
}

async function runnerJar(distribution: string): Promise<string> {
  const files = await readdir(distribution);
  const jar = files.find((file) => file.endsWith('-runner.jar'));
  if (!jar) throw new Error(`no runner jar in ${distribution}`);
  return join(distribution, jar);
}
