import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { startStack } from '@herald/local-stack/stack';
import { herald, heraldUp, type Up } from './herald.ts';
import type { DemoOptions } from './options.ts';
import { choosePorts } from './ports.ts';
import { ACCOUNT } from './scenario.ts';
import type { Screen } from './screen.ts';
import { variablesOf, writeVariables } from './variables.ts';

/** The servers and services of this run, ready. */
export interface Stage {
  /** With the variables of this run, a key of the account among them. */
  env: NodeJS.ProcessEnv;
  /** The same variables as a file, for whoever explores. */
  envFile: string;
  brokers: string[];
  registryUrl: string;
  clickhouse: { url: string; database: string };
  apiUrl: string;
  ingestUrl: string;
  apiKey: string;
  up: Up;
  logDir: string;
}

/** Opens everything by the commands that a person would type. @throws StackProblem */
export async function openStage(
  { dir }: Pick<DemoOptions, 'dir'>,
  screen: Screen,
  closing: AsyncDisposableStack,
): Promise<Stage> {
  const { colors } = screen;
  mkdirSync(dir, { recursive: true });
  const envFile = join(dir, 'herald.env');
  const logDir = join(dir, 'services');

  screen.section('Real servers');
  const { ports, taken } = await choosePorts();
  for (const notice of taken) screen.line(colors.yellow(notice));
  const stack = await startStack({
    dataDir: dir,
    reset: true,
    ports: {
      kafka: [ports.kafka],
      controllers: [ports.controller],
      registry: ports.registry,
      clickhouse: ports.clickhouse,
    },
    onProgress: (line) => screen.line(colors.dim(line)),
  });
  closing.defer(() => stack.stop());
  screen.line(`Kafka            ${stack.brokers.join(',')}`);
  screen.line(`schema registry  ${stack.registryUrl}`);
  screen.line(`ClickHouse       ${stack.clickhouseUrl}`);

  screen.section('Herald');
  const variables = variablesOf(stack, ports);
  const env: NodeJS.ProcessEnv = { ...process.env, ...variables };
  screen.line(`${colors.dim('$')} herald setup`);
  await herald(['setup'], env);
  screen.line(`${colors.dim('$')} herald up`);
  const up = await heraldUp(env, logDir);
  closing.defer(() => up.stop());
  screen.line(`${colors.dim('$')} herald keys create --account ${ACCOUNT} --role admin`);
  const { key } = await herald<{ key: string }>(
    ['keys', 'create', '--account', ACCOUNT, '--role', 'admin'],
    env,
  );
  env.HERALD_API_KEY = key;
  writeVariables(envFile, { ...variables, HERALD_API_KEY: key });

  return {
    env,
    envFile,
    brokers: stack.brokers,
    registryUrl: stack.registryUrl,
    clickhouse: { url: stack.clickhouseUrl, database: stack.clickhouseDatabase },
    apiUrl: variables.HERALD_API_URL as string,
    ingestUrl: variables.HERALD_INGEST_URL as string,
    apiKey: key,
    up,
    logDir,
  };
}
