import { expect, test } from 'vitest';
import type { FetchResponse } from './fetch-response.ts';
import { GroupFetch } from './group-fetch.ts';
import { BrokerClass, type ConsumerGroup } from './kafkajs-internals.ts';

const asked = ['a', 'b'].map((topic) => ({ topic, partition: 0, position: 5 }));

/** A member that asks a broker for one partition of each topic, and what its hooks are told. */
function member(meanwhile: (group: ConsumerGroup) => void = () => {}) {
  const told: { parts: string[]; toldAtMs: number | undefined }[] = [];
  const answers: Partial<FetchResponse>[] = [];
  const broker = Object.create(BrokerClass.prototype) as { connectionPool: object };
  broker.connectionPool = {
    async send() {
      meanwhile(group);
      return { errorCode: 0, sessionId: 7, clientSideThrottleTime: 0, responses: [], ...answers.shift() };
    },
  };
  const group = {
    topicsSubscribed: ['a', 'b'],
    offsetManager: {},
    checkForStaleAssignment: () => {},
    cluster: {
      brokerPool: { metadata: {} },
      refreshMetadataIfNecessary: async () => {},
      findTopicPartitionMetadata: () => [{ partitionId: 0, leader: 1 }],
      findBroker: async () => broker,
    },
  } as unknown as ConsumerGroup;
  const fetch = new GroupFetch(group, {
    fetching: () => ({ positions: asked, maxWaitMs: 0 }),
    fetched: (parts, toldAtMs) => void told.push({ parts: parts.map(({ topic }) => topic), toldAtMs }),
  });
  return { fetch, answers, told };
}

const part = (errorCode: number, highWatermark = 5) => [
  { partition: 0, errorCode, highWatermark, abortedTransactions: [], messages: [] },
];

test('an answer that leaves a partition out says that it ends where it did', async () => {
  const { fetch, answers, told } = member();
  answers.push({ responses: [{ topicName: 'a', partitions: part(0, 9) }] });
  await fetch.from('1');
  expect(told).toEqual([{ parts: ['a'], toldAtMs: expect.any(Number) }]);
});

test('an answer with an error says nothing of where partitions end, and hands over the parts of others', async () => {
  const { fetch, answers, told } = member();
  answers.push({
    responses: [
      { topicName: 'a', partitions: part(6) },
      { topicName: 'b', partitions: part(0) },
    ],
  });
  await expect(fetch.from('1')).rejects.toMatchObject({ type: 'NOT_LEADER_FOR_PARTITION', topic: 'a' });
  expect(told).toEqual([{ parts: ['b'], toldAtMs: undefined }]);
});

test('of two errors the one is told that does not pass by itself', async () => {
  const { fetch, answers } = member();
  answers.push({
    responses: [
      { topicName: 'a', partitions: part(6) },
      { topicName: 'b', partitions: part(1) },
    ],
  });
  await expect(fetch.from('1')).rejects.toMatchObject({
    type: 'OFFSET_OUT_OF_RANGE',
    topic: 'b',
    partition: 0,
  });
});

test('a throttled answer, which is empty whatever there is to read, says nothing of where partitions end', async () => {
  const { fetch, answers, told } = member();
  answers.push({ clientSideThrottleTime: 100 });
  await fetch.from('1');
  expect(told).toEqual([{ parts: [], toldAtMs: undefined }]);
});

test('what was under way while the group was joined again is handed to nobody', async () => {
  const { fetch, answers, told } = member((group) => {
    group.offsetManager = {} as NonNullable<ConsumerGroup['offsetManager']>;
  });
  answers.push({ responses: [{ topicName: 'a', partitions: part(0) }] });
  await fetch.from('1');
  expect(told).toEqual([]);
});
