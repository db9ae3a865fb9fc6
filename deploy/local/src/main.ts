/** `npm run stack`: the stack in the foreground, until Ctrl-C. */
import { once } from 'node:events';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { StackProblem } from './problem.ts';
import { readSettings, type Settings, USAGE } from './settings.ts';
import { HERALD_DIR, type Stack, startStack } from './stack.ts';

async function run({ brokers, ports, reset }: Settings): Promise<void> {
  // A cluster's data is of no use to a single broker, so each size has its own.
  const dataDir = join(HERALD_DIR, brokers === 1 ? 'stack' : `stack-${brokers}-brokers`);
  mkdirSync(dataDir, { recursive: true });
  const stack = await startStack({ brokers, ports, dataDir, reset, onProgress: console.log });
  const coordinatesFile = join(dataDir, 'stack.json');
  writeFileSync(coordinatesFile, JSON.stringify(coordinates(stack), null, 2));
  console.log(banner(stack, coordinatesFile));

  await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
  console.log('stopping');
  rmSync(coordinatesFile);
  await stack.stop();
}

const coordinates = ({ brokers, registryUrl, clickhouseUrl, clickhouseDatabase }: Stack) => ({
  brokers,
  registryUrl,
  clickhouseUrl,
  clickhouseDatabase,
});

const banner = (stack: Stack, coordinatesFile: string) => `
  Kafka            ${stack.brokers.join(',')}
  schema registry  ${stack.registryUrl}
  ClickHouse       ${stack.clickhouseUrl}, database ${stack.clickhouseDatabase}
  logs             ${stack.logDir}
  for one test     HERALD_TEST_STACK=${coordinatesFile} npx vitest run FILE

The stack is ready. Ctrl-C stops it; its data stays.`;

try {
  const settings = readSettings(process.argv.slice(2), process.env);
  if (settings.help) console.log(USAGE);
  else await run(settings);
} catch (error) {
  if (!(error instanceof StackProblem)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
