import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, expect, inject, onTestFinished, test } from 'vitest';
import { createTopic, eventually, produceNumbers, range } from '../test/support.ts';
import { createBatchingProducer } from './batching-producer.ts';
import { watchAcknowledgements } from './testing/acknowledgements.ts';
import { endSessions } from './testing/leave-group.ts';

const connection = { brokers: inject('stack').brokers, clientId: 'kill-test', logger: { log: () => {} } };
const COMMIT_INTERVAL_MS = 100;

const children: ChildProcess[] = [];

function startConsumer(groupId: string, topic: string) {
  const script = join(import.meta.dirname, '..', 'test', 'consumer-process.ts');
  const child = spawn(process.execPath, [script, connection.brokers[0]!, groupId, topic], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  const started: number[] = [];
  const completed = new Map<number, number>();
  const lines = createInterface({ input: child.stdout });
  lines.on('line', (line) => {
    const [word, number, atMs] = line.split(' ');
    if (word === 'started') started.push(Number(number));
    else completed.set(Number(number), Number(atMs));
  });
  const closed = once(lines, 'close');
  const end = async (signal: NodeJS.Signals) => {
    child.kill(signal);
    await closed;
  };
  return { started, completed, end };
}

afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

test('a consumer killed with -9 is followed by one that repeats at most what was in flight or just completed', async () => {
  const topic = await createTopic(connection, { partitions: 4 });
  const groupId = randomUUID();
  const producer = await createBatchingProducer({ connection });
  onTestFinished(() => producer.close());
  const acknowledgements = await watchAcknowledgements(connection, producer);
  const total = 8_000;
  await produceNumbers(connection, topic, { from: 0, to: total, partitions: 4 });

  const started: number[] = [];
  for (const killAfter of [1_500, 1_200, 700]) {
    const consumer = startConsumer(groupId, topic);
    await eventually(() => expect(consumer.started.length).toBeGreaterThan(killAfter), 60_000);
    const killedAtMs = Date.now();
    await consumer.end('SIGKILL');
    await endSessions(connection, [groupId]);
    const lastMs = Math.max(...consumer.completed.values());
    // A commit is on its way for as long as Kafka takes: on a busy machine longer than the interval.
    const uncommittedMs = COMMIT_INTERVAL_MS + 2 * acknowledgements.slowestMs(killedAtMs, 1_000);
    const mayRepeat = consumer.started.filter(
      (number) => (consumer.completed.get(number) ?? lastMs) >= lastMs - uncommittedMs,
    );
    started.push(...consumer.started);

    const next = startConsumer(groupId, topic);
    await eventually(() => expect(next.started.length).toBeGreaterThan(400), 60_000);
    await next.end('SIGKILL');
    await endSessions(connection, [groupId]);
    const repeated = next.started.filter((number) => consumer.started.includes(number));
    expect(repeated.filter((number) => !mayRepeat.includes(number))).toEqual([]);
    started.push(...next.started);
  }

  const last = startConsumer(groupId, topic);
  const all = () => [...new Set([...started, ...last.started])].sort((a, b) => a - b);
  await eventually(() => expect(all()).toHaveLength(total), 60_000);
  expect(all()).toEqual(range(0, total));
  await last.end('SIGTERM');
}, 240_000);
