import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import { expect, onTestFinished, test, vi } from 'vitest';
import { type StackPorts, startStack } from './stack.ts';
import {
  childrenOf,
  consumeAll,
  createTopic,
  folderForTest,
  gone,
  isRunning,
  portsForTest,
  produce,
  query,
  registerSchema,
  startElsewhere,
  startForTest,
  until,
} from './stack-fixtures.ts';

// Most of these start servers twice, each time in a process that shares its cores with other tests.
vi.setConfig({ testTimeout: 240_000 });

test('a stack of which every process was killed with -9 starts again with its records, schema ids and rows', async () => {
  const dataDir = await folderForTest();
  const ports = await portsForTest();
  const first = await startElsewhere({ dataDir, ports });
  await createTopic(first.stack.brokers, 1);
  await produce(first.stack.brokers, 'before the crash');
  await query(first.stack, 'CREATE TABLE herald.kept (word String) ENGINE = MergeTree ORDER BY word');
  await query(first.stack, "INSERT INTO herald.kept VALUES ('before the crash')");
  const schemaId = await registerSchema(first.stack);

  const everyPid = [first.process.pid!, ...first.pids];
  for (const pid of everyPid) process.kill(pid, 'SIGKILL');
  await gone(everyPid);

  const second = await startForTest({ dataDir, ports });
  expect(await consumeAll(second.brokers, 1)).toEqual(['before the crash']);
  expect(await registerSchema(second)).toBe(schemaId);
  expect(await query(second, 'SELECT word FROM herald.kept')).toBe('before the crash\n');
});

test('a temporary stack leaves neither a process nor a folder when its parent is killed with -9', async () => {
  const { process: parent, pids, logDir } = await startElsewhere({ components: ['kafka', 'clickhouse'] });
  parent.kill('SIGKILL');
  await gone(pids);
  await until(() => !existsSync(logDir));
});

test('servers that outlived their parent and its watchdog are ended by the next start on the same data', async () => {
  const dataDir = await folderForTest();
  const ports = await portsForTest();
  const first = await startElsewhere({ dataDir, ports, components: ['kafka'] });
  for (const child of await childrenOf(first.process.pid!)) {
    if (!first.pids.includes(child)) process.kill(child, 'SIGKILL');
  }
  first.process.kill('SIGKILL');
  await gone([first.process.pid!]);
  expect(first.pids.every(isRunning)).toBe(true);

  const second = await startForTest({ dataDir, ports, components: ['kafka'] });
  expect(first.pids.some(isRunning)).toBe(false);
  expect(second.broker(0).pid).toBeTypeOf('number');
});

test('two stacks never share a data folder', async () => {
  const dataDir = await folderForTest();
  await startForTest({ dataDir, components: ['clickhouse'] });
  await expect(startStack({ dataDir, components: ['clickhouse'] })).rejects.toThrow(
    `The data in ${dataDir} is in use by a stack that is running: stop that one first.`,
  );
});

test('a reset throws the data away', async () => {
  const dataDir = await folderForTest();
  const first = await startForTest({ dataDir, components: ['clickhouse'] });
  await query(first, 'CREATE TABLE herald.gone (word String) ENGINE = MergeTree ORDER BY word');
  await first.stop();
  const second = await startForTest({ dataDir, components: ['clickhouse'], reset: true });
  expect(await query(second, 'EXISTS herald.gone')).toBe('0\n');
});

test('a server that was killed or stopped comes back at its port with its data', async () => {
  const stack = await startForTest({ components: ['registry'] });
  const schemaId = await registerSchema(stack);
  await stack.registry.kill9();
  expect(stack.registry.pid).toBeUndefined();
  await stack.registry.start();
  expect(await registerSchema(stack)).toBe(schemaId);
  await stack.registry.stop();
  await stack.registry.start();
  expect(await registerSchema(stack)).toBe(schemaId);
});

test.each([
  ['kafka', (ports: StackPorts) => ports.kafka[0]!, '--kafka-port'],
  ['registry', (ports: StackPorts) => ports.registry, '--registry-port'],
  ['clickhouse', (ports: StackPorts) => ports.clickhouse, '--clickhouse-port'],
] as const)('a port of %s that is in use is named, with the remedy', async (component, pick, flag) => {
  const ports = await portsForTest();
  const taken = createServer().listen(pick(ports), '127.0.0.1');
  await once(taken, 'listening');
  onTestFinished(() => void taken.close());
  await expect(startStack({ ports, components: [component] })).rejects.toThrow(
    new RegExp(`^Port ${pick(ports)} on 127.0.0.1, wanted by .*, is in use: .* ${flag} `),
  );
});
