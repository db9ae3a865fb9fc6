/** What the tests of the stack share: stacks that end with their test, and data to find again. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Admin, Kafka, logLevel } from 'kafkajs';
import { expect, onTestFinished } from 'vitest';
import { freePorts } from './ports.ts';
import {
  type Stack,
  type StackCoordinates,
  type StackOptions,
  type StackPorts,
  startStack,
} from './stack.ts';

export async function startForTest(options: StackOptions): Promise<Stack> {
  const stack = await startStack(options);
  onTestFinished(() => stack.stop());
  return stack;
}

export interface Elsewhere {
  process: ChildProcess;
  stack: StackCoordinates;
  pids: number[];
  logDir: string;
}

/** A stack whose parent is a process of its own, so that it can be killed. */
export async function startElsewhere(options: StackOptions): Promise<Elsewhere> {
  const program = `
    const { startStack } = await import(${JSON.stringify(new URL('stack.ts', import.meta.url).href)});
    const stack = await startStack(${JSON.stringify(options)});
    const pids = [stack.broker(0), stack.registry, stack.clickhouse].flatMap(({ pid }) => pid ?? []);
    console.log(JSON.stringify({ stack, pids, logDir: stack.logDir }));
    setInterval(() => {}, 60_000);`;
  const parent = spawn(process.execPath, ['--input-type=module', '-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void parent.kill('SIGKILL'));
  const [line] = await Promise.race([
    once(createInterface(parent.stdout), 'line'),
    once(parent, 'exit').then(() => Promise.reject(new Error('it ended before its stack was ready'))),
  ]);
  return { process: parent, ...JSON.parse(line) };
}

export async function folderForTest(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'herald-stack-test-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

export async function portsForTest(): Promise<StackPorts> {
  const [kafka, controller, registry, clickhouse] = await freePorts(4);
  return { kafka: [kafka!], controllers: [controller!], registry: registry!, clickhouse: clickhouse! };
}

export async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 60_000;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`not so within 60 s: ${holds}`);
    await sleep(50);
  }
}

export const gone = (pids: number[]) => until(() => !pids.some(isRunning));

export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

export async function childrenOf(parent: number): Promise<number[]> {
  const ps = spawn('ps', ['-A', '-o', 'pid=,ppid='], { stdio: ['ignore', 'pipe', 'inherit'] });
  const table: string[] = await ps.stdout.setEncoding('utf8').toArray();
  const rows = table.join('').trim().split('\n');
  return rows.flatMap((row) => {
    const [pid, ppid] = row.trim().split(/\s+/).map(Number);
    return ppid === parent && pid !== undefined ? [pid] : [];
  });
}

const TOPIC = 'kept';

const client = (brokers: string[]) =>
  new Kafka({
    brokers,
    logLevel: logLevel.NOTHING,
    retry: { initialRetryTime: 100, maxRetryTime: 1000, retries: 50 },
  });

async function withAdmin(brokers: string[], use: (admin: Admin) => Promise<unknown>): Promise<void> {
  const admin = client(brokers).admin();
  await admin.connect();
  try {
    await use(admin);
  } finally {
    await admin.disconnect();
  }
}

/** Resolves when all its replicas are in sync. */
export async function createTopic(brokers: string[], replicationFactor: number): Promise<void> {
  await withAdmin(brokers, (admin) =>
    admin.createTopics({
      topics: [{ topic: TOPIC, numPartitions: 1, replicationFactor }],
      // kafkajs gives up where the broker that it asks has not heard of the topic yet.
      waitForLeaders: false,
    }),
  );
  await inSync(brokers, replicationFactor);
}

/** Resolves when the topic has so many replicas in sync. */
export const inSync = (brokers: string[], replicas: number) =>
  withAdmin(brokers, (admin) =>
    until(async () => {
      const { topics } = await admin.fetchTopicMetadata({ topics: [TOPIC] }).catch(() => ({ topics: [] }));
      return (
        topics.length > 0 &&
        topics.every(({ partitions }) => partitions.every(({ isr }) => isr.length === replicas))
      );
    }),
  );

export async function produce(brokers: string[], value: string): Promise<void> {
  const producer = client(brokers).producer({ allowAutoTopicCreation: false });
  await producer.connect();
  await producer.send({ topic: TOPIC, acks: -1, messages: [{ value }] });
  await producer.disconnect();
}

export async function consumeAll(brokers: string[], atLeast: number): Promise<string[]> {
  const consumer = client(brokers).consumer({ groupId: 'reader' });
  await consumer.connect();
  await consumer.subscribe({ topic: TOPIC, fromBeginning: true });
  const values: string[] = [];
  await consumer.run({ eachMessage: async ({ message }) => void values.push(String(message.value)) });
  await until(() => values.length >= atLeast);
  await consumer.disconnect();
  return values;
}

/** @returns its id, the same however often it is registered */
export async function registerSchema({ registryUrl }: StackCoordinates): Promise<number> {
  const schema = '{"type":"record","name":"Kept","fields":[{"name":"word","type":"string"}]}';
  const answer = await fetch(`${registryUrl}/subjects/kept-value/versions`, {
    method: 'POST',
    headers: { 'content-type': 'application/vnd.schemaregistry.v1+json' },
    body: JSON.stringify({ schema }),
  });
  expect(answer.status).toBe(200);
  return ((await answer.json()) as { id: number }).id;
}

export async function query({ clickhouseUrl }: StackCoordinates, sql: string): Promise<string> {
  const answer = await fetch(clickhouseUrl, { method: 'POST', body: sql });
  const text = await answer.text();
  expect(answer.status, text).toBe(200);
  return text;
}
