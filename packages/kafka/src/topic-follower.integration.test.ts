import { afterEach, expect, inject, test } from 'vitest';
import { createTopic, eventually, produceNumbers, range } from '../test/support.ts';
import { type FollowOptions, followTopic } from './topic-follower.ts';

const connection = { brokers: inject('stack').brokers, clientId: 'topic-follower-test' };
const stopping: AbortController[] = [];
const following: Promise<void>[] = [];

function follow(options: Pick<FollowOptions, 'topic' | 'from'> & Partial<FollowOptions>) {
  const stop = new AbortController();
  const numbers: number[] = [];
  const ended = followTopic({
    connection,
    maxBytes: 512,
    onPart: ({ records }) => void numbers.push(...records.map(({ value }) => Number(value))),
    signal: stop.signal,
    ...options,
  });
  stopping.push(stop);
  following.push(ended.catch(() => {}));
  return { numbers, ended, stop: () => stop.abort() };
}

afterEach(async () => {
  for (const stop of stopping.splice(0)) stop.abort();
  await Promise.all(following.splice(0));
});

test('a topic that grows is read from the given offsets on, each record once and in the order of its partition', async () => {
  const topic = await createTopic(connection, { partitions: 3 });
  await produceNumbers(connection, topic, { from: 0, to: 30, partitions: 3 });
  const reader = follow({ topic, from: [10, 10, 5] });
  await produceNumbers(connection, topic, { from: 30, to: 300, partitions: 3 });
  const expected = [...range(30, 300), 17, 20, 23, 26, 29].sort((a, b) => a - b);
  await eventually(() => expect(reader.numbers.toSorted((a, b) => a - b)).toEqual(expected));
  for (const partition of [0, 1, 2]) {
    const ofOne = reader.numbers.filter((number) => number % 3 === partition);
    expect(ofOne).toEqual(ofOne.toSorted((a, b) => a - b));
  }
  reader.stop();
  await reader.ended;
});

test('what is not in the log ends the following, as a failure of who takes the records does', async () => {
  const topic = await createTopic(connection, { partitions: 1 });
  await expect(follow({ topic, from: [7] }).ended).rejects.toThrow(/offset/i);
  await produceNumbers(connection, topic, { from: 0, to: 1, partitions: 1 });
  const refusing = follow({
    topic,
    from: [0],
    onPart: () => {
      throw new Error('no room');
    },
  });
  await expect(refusing.ended).rejects.toThrow('no room');
});
