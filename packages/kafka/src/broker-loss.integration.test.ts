import { setTimeout as sleep } from 'node:timers/promises';
import { type Stack, startStack } from '@herald/local-stack/stack';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { committedOf, createReader, createTopic, eventually, numberOf, range } from '../test/support.ts';
import { createBatchingProducer } from './batching-producer.ts';
import { createKafka, type KafkaConnection } from './connection.ts';

/**
 * Crashes, hangs and controlled shutdowns of brokers under load. The short form runs with the other tests; for the
 * long one say how many, and with which seed:
 *
 *     HERALD_CHAOS_BLOWS=20 HERALD_CHAOS_SEED=7 npx vitest run --project integration broker-loss
 */
const blows = Number(process.env.HERALD_CHAOS_BLOWS ?? 3);
const seed = Number(process.env.HERALD_CHAOS_SEED ?? 1);
const partitions = 6;
const replicated = { partitions, replicationFactor: 3, config: { 'min.insync.replicas': '2' } };

let stack: Stack;
let connection: KafkaConnection;

beforeAll(async () => {
  stack = await startStack({ brokers: 3, components: ['kafka'] });
  connection = { brokers: stack.brokers, clientId: 'broker-loss-test', logger: { log: () => {} } };
}, 180_000);

afterAll(async () => {
  await stack?.stop();
}, 60_000);

test(
  `of ${blows} blows to three brokers under load, seed ${seed}, no acknowledged record is missing`,
  async () => {
    const [source, target] = [
      await createTopic(connection, replicated),
      await createTopic(connection, replicated),
    ];
    const random = seededRandom(seed);

    const acknowledged = new Set<number>();
    const producer = await createBatchingProducer({ connection });
    const load = startLoad((number) => {
      if (producer.pendingRecords > 500) return false;
      const value = Buffer.from(String(number));
      producer.enqueue([{ topic: source, key: `key-${number % 50}`, value }], (error) => {
        if (!error) acknowledged.add(number);
      });
      return true;
    });

    // Each record is copied, and completed when its copy is acknowledged: a loss on either way shows in the copies.
    const copier = await createBatchingProducer({ connection });
    const group = { groupId: `copy-${source}` };
    const copy = (instanceId: string) =>
      createReader({
        connection,
        ...group,
        topics: [source],
        assigner: { coPartitioned: true, instanceId },
        sessionTimeoutMs: 10_000,
        flush: () => copier.flush(),
        work(record, lane) {
          copier.enqueue([{ topic: target, key: record.key, value: record.value }], (error) => {
            if (!error) lane.complete(record);
          });
        },
      });
    const copiers = [copy('a'), copy('b')];
    await Promise.all(copiers.map(({ lane }) => lane.start()));

    for (let blow = 0; blow < blows; blow++) {
      await strike(random);
      await everyReplicaInSync([source, target]);
    }

    const sent = load.stop();
    await eventually(() => expect(producer.pendingRecords).toBe(0), 60_000);
    await eventually(async () => {
      const { groupId } = group;
      const committed = await Promise.all(
        range(0, partitions).map(async (p) => (await committedOf(connection, groupId, source, p)).offset),
      );
      expect(committed).toEqual(await endOffsets(source));
    }, 90_000);
    await Promise.all([...copiers.map(({ lane }) => lane.stop()), producer.close(), copier.close()]);

    expect(copiers.flatMap(({ errors }) => errors)).toEqual([]);
    expect(acknowledged.size).toBe(sent);
    for (const [what, topic] of Object.entries({ acknowledged: source, copies: target })) {
      const { numbers, records } = await readEverything(topic);
      const missing = [...acknowledged].filter((number) => !numbers.has(number));
      const count = `${missing.length} of ${acknowledged.size} missing, ${records - numbers.size} repeated`;
      console.info(`${what}: ${count}`);
      expect(missing.slice(0, 20), count).toEqual([]);
    }
  },
  240_000 + blows * 60_000,
);

/** Hands over numbers, about 1,000 a second, as long as `send` takes them. Returns how many on `stop`. */
function startLoad(send: (number: number) => boolean): { stop(): number } {
  let next = 0;
  const timer = setInterval(() => {
    for (let i = 0; i < 10 && send(next); i++) next += 1;
  }, 10);
  return {
    stop() {
      clearInterval(timer);
      return next;
    },
  };
}

/** A crash, a hang or a controlled shutdown, which moves the leaders in order; then the broker comes back. */
async function strike(random: () => number): Promise<void> {
  const broker = stack.broker(Math.floor(random() * 3));
  const kind = ['kill', 'stop', 'hang'][Math.floor(random() * 3)];
  await sleep(random() * 2_000);
  if (kind === 'hang') {
    process.kill(broker.pid!, 'SIGSTOP');
    await sleep(2_000 + random() * 10_000);
    process.kill(broker.pid!, 'SIGCONT');
    return;
  }
  if (kind === 'kill') await broker.kill9();
  else await broker.stop();
  await sleep(random() * 8_000);
  // A machine that is busy with other tests may need longer than a stack waits.
  await broker.start().catch(() => broker.start());
}

/** Two brokers away at once may lose what only they have; that is Kafka's limit and not what is tested. */
async function everyReplicaInSync(topics: string[]): Promise<void> {
  const admin = createKafka(connection).admin();
  await eventually(async () => {
    await admin.connect();
    const metadata = await admin.fetchTopicMetadata({ topics });
    const inSync = metadata.topics.flatMap((topic) => topic.partitions.map(({ isr }) => isr.length));
    expect(inSync).toEqual(inSync.map(() => 3));
  }, 180_000);
  await admin.disconnect();
}

async function endOffsets(topic: string): Promise<number[]> {
  const admin = createKafka(connection).admin();
  await admin.connect();
  const offsets = await admin.fetchTopicOffsets(topic);
  await admin.disconnect();
  return offsets.sort((a, b) => a.partition - b.partition).map(({ high }) => Number(high));
}

async function readEverything(topic: string): Promise<{ numbers: Set<number>; records: number }> {
  const numbers = new Set<number>();
  let records = 0;
  const positions = range(0, partitions).map(() => 0);
  const { lane } = createReader({
    connection,
    groupId: `audit-${topic}`,
    topics: [topic],
    work(record, its) {
      numbers.add(numberOf(record));
      records += 1;
      positions[record.partition] = record.offset + 1;
      its.complete(record);
    },
  });
  await lane.start();
  await eventually(async () => expect(positions).toEqual(await endOffsets(topic)), 60_000);
  await lane.stop();
  return { numbers, records };
}

/** mulberry32. */
function seededRandom(start: number): () => number {
  let state = start;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}
