import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { type Stack, startStack } from '@herald/local-stack/stack';
import { Partitioners } from 'kafkajs';
import { createBatchingProducer } from '../src/batching-producer.ts';
import { createKafka, type KafkaConnection } from '../src/connection.ts';
import { createLane } from '../src/lane.ts';
import { createTopic } from './support.ts';

/**
 * Records a second and CPU a record of this process, through the kit and through kafkajs' own calls, on one broker:
 *
 *     npx node packages/kafka/test/measure.ts [records]
 *
 * Starts a broker of its own, or uses the one in the file that HERALD_TEST_STACK names. The records are like
 * deliveries: 600 bytes and nine headers, over twelve partitions.
 */
const records = Number(process.argv[2] ?? 200_000);
const partitions = 12;
const maxPending = 5_000;
const value = Buffer.alloc(600, 'v');
const headers = {
  'delivery-id': '0b8f2a2e-6b0e-5a52-a7a4-1b2c3d4e5f60',
  'endpoint-id': 'ep_0123456789abcdef',
  'event-id': '7d1f6c3a-6b0e-4a52-97a4-1b2c3d4e5f60',
  step: '1',
  'due-at': '1700000000000',
  origin: 'publication.events:3:123456',
  cause: 'event',
  'config-revision': '123',
  traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
};
const recordOf = (topic: string, n: number) => ({ topic, key: `endpoint-${n % 1_000}`, value, headers });

async function measure(name: string, work: () => Promise<void>): Promise<void> {
  const cpuBefore = process.cpuUsage();
  const startedMs = performance.now();
  await work();
  const seconds = (performance.now() - startedMs) / 1_000;
  const { user, system } = process.cpuUsage(cpuBefore);
  const rate = Math.round(records / seconds).toLocaleString('en');
  console.log(
    `${name.padEnd(34)} ${rate.padStart(9)} records/s ${((user + system) / records).toFixed(2).padStart(7)} µs CPU a record`,
  );
}

async function produceByKit(connection: KafkaConnection, topic: string): Promise<void> {
  const producer = await createBatchingProducer({ connection });
  await measure('produce, kit', async () => {
    for (let n = 0; n < records; n++) {
      producer.enqueue([recordOf(topic, n)], () => {});
      while (producer.pendingRecords >= maxPending) await new Promise((resolve) => setImmediate(resolve));
    }
    await producer.flush();
  });
  await producer.close();
}

async function produceByKafkaJs(connection: KafkaConnection, topic: string): Promise<void> {
  const producer = createKafka(connection).producer({ createPartitioner: Partitioners.DefaultPartitioner });
  await producer.connect();
  await measure(`produce, kafkajs (${maxPending} a sendBatch)`, async () => {
    for (let n = 0; n < records; n += maxPending) {
      const messages = Array.from({ length: Math.min(maxPending, records - n) }, (_, i) =>
        recordOf(topic, n + i),
      );
      await producer.sendBatch({ topicMessages: [{ topic, messages }] });
    }
  });
  await producer.disconnect();
}

async function consumeByLane(connection: KafkaConnection, topic: string): Promise<void> {
  let received = 0;
  const all = Promise.withResolvers<void>();
  const lane = createLane({
    connection,
    groupId: randomUUID(),
    topics: [topic],
    windowRecords: 5_000,
    windowBytes: 16 * 1024 * 1024,
    onFatal: all.reject,
    handler: {
      receive(record) {
        lane.complete(record);
        if (++received === records) all.resolve();
      },
      suspend: async () => {},
      resume: () => {},
    },
  });
  await measure('consume and complete, lane', async () => {
    await lane.start();
    await all.promise;
  });
  await lane.stop();
}

/** The copy's producer works in the same process, as in the dispatcher. */
async function forward(connection: KafkaConnection, from: string, to: string): Promise<void> {
  const producer = await createBatchingProducer({ connection });
  let completed = 0;
  const all = Promise.withResolvers<void>();
  const lane = createLane({
    connection,
    groupId: randomUUID(),
    topics: [from],
    windowRecords: 1_000,
    windowBytes: 16 * 1024 * 1024,
    onFatal: all.reject,
    handler: {
      receive(record) {
        const copied: Record<string, string> = {};
        for (const [name, bytes] of Object.entries(record.headers)) copied[name] = bytes!.toString('latin1');
        producer.enqueue([{ topic: to, key: record.key, value: record.value, headers: copied }], () => {
          lane.complete(record);
          if (++completed === records) all.resolve();
        });
      },
      suspend: async () => {},
      resume: () => {},
    },
  });
  await measure('lane → producer → complete', async () => {
    await lane.start();
    await all.promise;
  });
  await lane.stop();
  await producer.close();
}

async function consumeByKafkaJs(connection: KafkaConnection, topic: string): Promise<void> {
  const consumer = createKafka(connection).consumer({ groupId: randomUUID(), maxWaitTimeInMs: 100 });
  let received = 0;
  const all = Promise.withResolvers<void>();
  await consumer.connect();
  await consumer.subscribe({ topics: [topic], fromBeginning: true });
  await measure('consume, kafkajs with our decoder', async () => {
    await consumer.run({
      eachBatch: async ({ batch }) => {
        received += batch.messages.length;
        if (received >= records) all.resolve();
      },
    });
    await all.promise;
  });
  await consumer.disconnect();
}

const stackFile = process.env.HERALD_TEST_STACK;
const stack: Stack | undefined = stackFile ? undefined : await startStack({ components: ['kafka'] });
const brokers: string[] = stack?.brokers ?? JSON.parse(await readFile(stackFile!, 'utf8')).brokers;
const connection = { brokers, clientId: 'measure' };
const [kit, plain, copy] = await Promise.all([1, 2, 3].map(() => createTopic(connection, { partitions })));
for (const warmUp of [true, false]) {
  if (warmUp) console.log('(first round: warming up)');
  await produceByKit(connection, kit!);
  await produceByKafkaJs(connection, plain!);
  await consumeByLane(connection, kit!);
  await consumeByKafkaJs(connection, plain!);
  await forward(connection, plain!, copy!);
}
await stack?.stop();
process.exit(0);
