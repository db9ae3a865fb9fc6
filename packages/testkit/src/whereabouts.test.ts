import { encodeDeliveryHeaders } from '@herald/contracts/headers';
import { retryTopic, TOPICS } from '@herald/contracts/topics';
import { expect, test } from 'vitest';
import type { TailedRecord } from './topic-tail.ts';
import { createDeliveryTracker } from './whereabouts.ts';

function record(topic: string, step: number): TailedRecord {
  const headers = encodeDeliveryHeaders({
    deliveryId: 'd',
    endpointId: 'ep',
    eventId: 'e',
    step,
    attempts: step,
    dueAtMs: 0,
    origin: { topic: TOPICS.events, partition: 0, offset: 0 },
    cause: 'event',
    configRevision: 0,
    traceparent: undefined,
  });
  return {
    topic,
    partition: 0,
    offset: step,
    key: null,
    value: null,
    headers: Object.fromEntries(Object.entries(headers).map(([name, text]) => [name, Buffer.from(text)])),
    timestampMs: 0,
  };
}

function placeAfter(records: TailedRecord[], isComplete: (topic: string) => boolean = () => false) {
  const tracker = createDeliveryTracker();
  for (const each of records) tracker.record(each);
  return tracker.whereabouts(({ topic }) => isComplete(topic)).get('d');
}

test('a delivery is where its latest step is, whatever the order in which topics are read', () => {
  const life = [record(TOPICS.deliveries, 0), record(retryTopic('5s'), 1), record(TOPICS.deadLetters, 2)];
  expect(placeAfter(life)).toBe('dead');
  expect(placeAfter(life.toReversed())).toBe('dead');
});

test('a delivery waits until the lane has committed past it', () => {
  const waiting = [record(TOPICS.deliveries, 0), record(retryTopic('5s'), 1)];
  expect(placeAfter(waiting, (topic) => topic === TOPICS.deliveries)).toBe('waiting');
});

test('a record that is complete and left no successor is nowhere', () => {
  expect(placeAfter([record(TOPICS.deliveries, 0)], () => true)).toBeUndefined();
});

test('held and dead deliveries are kept however far the lanes have read', () => {
  expect(placeAfter([record(TOPICS.deliveries, 0), record(TOPICS.held, 1)], () => true)).toBe('held');
});
