import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { asProperties, type BrokerPorts, brokerAddress, brokerBehaviour } from './kafka-config.ts';
import { liveBrokers } from './kafka-probe.ts';
import { assertFree } from './ports.ts';
import type { ServerPlan } from './server.ts';

/** Any 16 bytes; the same for every local cluster, so that its data needs no second place to remember it. */
const CLUSTER_ID = 'aGVyYWxkLWxvY2FsLTAwMQ';

const LOGGING = join(import.meta.dirname, '..', 'kafka', 'log4j2.properties');

export interface KafkaPlace {
  env: NodeJS.ProcessEnv;
  /** Resolves the Java to run. */
  java(): Promise<string>;
  /** Resolves the folder of the broker's jars. */
  jarDir(): Promise<string>;
  dataDir: string;
  logDir: string;
}

/** @param nodeId counted from 1, as Kafka does in `controller.quorum.voters` */
export function brokerPlan(nodeId: number, cluster: readonly BrokerPorts[], place: KafkaPlace): ServerPlan {
  const ports = cluster[nodeId - 1]!;
  const name = cluster.length === 1 ? 'kafka' : `kafka-${nodeId}`;
  const dataDir = join(place.dataDir, `kafka-${nodeId}`);
  const logDirs = join(dataDir, 'log');
  const formatted = join(dataDir, 'formatted');
  const configFile = join(dataDir, 'server.properties');

  const format = async (java: string, classPath: string) => {
    if (existsSync(formatted)) return;
    await rm(logDirs, { recursive: true, force: true });
    const storageTool = [
      '-XX:+UseSerialGC',
      '-XX:TieredStopAtLevel=1',
      '-cp',
      classPath,
      'kafka.tools.StorageTool',
    ];
    await promisify(execFile)(
      java,
      [...storageTool, 'format', '--cluster-id', CLUSTER_ID, '--config', configFile],
      { env: place.env },
    );
    await writeFile(formatted, '');
  };

  return {
    name,
    logFile: join(place.logDir, `${name}.log`),
    stopTimeoutMs: 5_000,
    readyTimeoutMs: 120_000,
    async prepare() {
      const remedy = 'choose other ports by --kafka-port or HERALD_KAFKA_PORT';
      const java = await place.java();
      const classPath = join(await place.jarDir(), '*');
      await assertFree(ports.client, name, remedy);
      await assertFree(ports.controller, `${name}'s controller`, remedy);
      await mkdir(dataDir, { recursive: true });
      const settings = {
        ...brokerAddress(nodeId, cluster),
        ...brokerBehaviour(cluster.length),
        'log.dirs': logDirs,
      };
      await writeFile(configFile, asProperties(settings));
      await format(java, classPath);
      // A local broker lives for minutes: the second compiler would take more than it gives back. It makes 40 MB of
      // garbage a second at 100 events/s, and stands still while it is collected: once in some seconds, not each second,
      // and by as many threads as there are cores.
      const heap = ['-Xms288m', '-Xmx512m', '-Xmn192m'];
      const machine = [...heap, '-XX:+UseParallelGC', '-XX:TieredStopAtLevel=1'];
      const main = ['-cp', classPath, 'kafka.Kafka', configFile];
      return {
        command: java,
        args: [...machine, '-XX:+ExitOnOutOfMemoryError', `-Dlog4j2.configurationFile=${LOGGING}`, ...main],
        env: place.env,
      };
    },
    probe: async () => (await liveBrokers(ports.client, 2_000)).includes(nodeId),
  };
}
