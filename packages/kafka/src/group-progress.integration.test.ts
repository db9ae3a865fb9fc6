import { randomUUID } from 'node:crypto';
import { expect, inject, test } from 'vitest';
import { createBatchingProducer } from './batching-producer.ts';
import { createKafka } from './connection.ts';
import { openGroupProgress } from './group-progress.ts';
import { applyTopics } from './topics.ts';

const connection = {
  brokers: inject('stack').brokers,
  clientId: 'progress-test',
  logger: { log: () => {} },
};

test('a group is as far as it has committed, and at the start of the log where it has not', async () => {
  const topic = `kit-${randomUUID()}`;
  const groupId = `group-${randomUUID()}`;
  await applyTopics(connection, [{ name: topic, partitions: 2, keyed: true, config: {} }], {
    replicationFactor: 1,
  });
  const producer = await createBatchingProducer({ connection });
  await producer.send(
    [0, 0, 0, 1].map((partition) => ({ topic, partition, key: 'k', value: Buffer.from('v') })),
  );
  await producer.close();
  const admin = createKafka(connection).admin();
  await admin.connect();
  await admin.setOffsets({ groupId, topic, partitions: [{ partition: 0, offset: '2' }] });
  await admin.disconnect();

  const progress = openGroupProgress({ connection, groupId, topics: [topic] });
  const read = await progress.read();
  expect(read.sort((a, b) => a.partition - b.partition)).toEqual([
    { topic, partition: 0, committedOffset: 2, completed: [], endOffset: 3 },
    { topic, partition: 1, committedOffset: 0, completed: [], endOffset: 1 },
  ]);
  await progress.close();
});

test('brokers that cannot be reached are a rejection, and it can be closed after it', async () => {
  const progress = openGroupProgress({
    connection: { ...connection, brokers: ['127.0.0.1:1'] },
    groupId: 'nobody',
    topics: ['none'],
  });
  await expect(progress.read()).rejects.toThrow();
  await progress.close();
});
