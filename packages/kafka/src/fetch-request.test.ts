import { createRequire } from 'node:module';
import { expect, test } from 'vitest';
import { encodeFetchRequest } from './fetch-request.ts';

const require = createRequire(import.meta.url);
/** kafkajs' own, with a session that it never uses. */
const encodedByKafkaJs: (args: object) => { request: { encode(): Promise<{ buffer: Buffer }> } } = (
  args,
) => ({
  request: require('kafkajs/src/protocol/requests/fetch/v11/request')(args),
});

test('a fetch request is byte for byte that of kafkajs, neighbours of a topic together', async () => {
  const positions = [
    { topic: 'webhook.deliveries', partition: 3, position: 2 ** 40 },
    { topic: 'webhook.deliveries', partition: 0, position: 0 },
    { topic: 'webhook.backfill', partition: 1, position: 17 },
    { topic: 'webhook.deliveries', partition: 2, position: 5 },
  ];
  const ours = encodeFetchRequest(
    { sessionId: 77, epoch: 12, positions, forgotten: [{ topic: 'publication.events', partition: 9 }] },
    { maxWaitMs: 500, minBytes: 1, maxBytes: 8_388_608, maxBytesPerPartition: 524_288, committedOnly: true },
  );
  const one = (partition: number, fetchOffset: number) => ({
    partition,
    fetchOffset: String(fetchOffset),
    maxBytes: 524_288,
  });
  const theirs = await encodedByKafkaJs({
    replicaId: -1,
    maxWaitTime: 500,
    minBytes: 1,
    maxBytes: 8_388_608,
    isolationLevel: 1,
    sessionId: 77,
    sessionEpoch: 12,
    topics: [
      { topic: 'webhook.deliveries', partitions: [one(3, 2 ** 40), one(0, 0)] },
      { topic: 'webhook.backfill', partitions: [one(1, 17)] },
      { topic: 'webhook.deliveries', partitions: [one(2, 5)] },
    ],
    forgottenTopics: [{ topic: 'publication.events', partitions: [9] }],
  }).request.encode();
  expect(ours.buffer.equals(theirs.buffer)).toBe(true);
});
