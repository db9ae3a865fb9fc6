import { expect, test } from 'vitest';
import { type RequestQueue, RequestQueueClass } from './kafkajs-internals.ts';
import { patchKafkaJs } from './patches.ts';

interface Pushed {
  entry: { correlationId: number; resolve(answer: unknown): void; reject(error: Error): void };
  expectResponse: boolean;
  sendRequest(): void;
}

function openQueue() {
  patchKafkaJs();
  const Queue = RequestQueueClass as unknown as new (
    options: object,
  ) => RequestQueue & { push(request: Pushed): void };
  const logger = { debug() {}, warn() {} };
  const queue = new Queue({
    maxInFlightRequests: null,
    requestTimeout: 30_000,
    enforceRequestTimeout: false,
    clientId: 'test',
    broker: '127.0.0.1:1',
    logger,
    isConnected: () => true,
  });
  const ask = (correlationId: number) =>
    new Promise((resolve, reject) => {
      queue.push({
        entry: { correlationId, resolve, reject },
        expectResponse: true,
        sendRequest() {},
      });
    });
  const answer = (correlationId: number) =>
    queue.fulfillRequest({ correlationId, payload: Buffer.alloc(1), size: 1 });
  return { queue, ask, answer };
}

test('requests under way begin with a new Map whenever all are answered, so that none of them outlives its answer', async () => {
  const { queue, ask, answer } = openQueue();
  const before = queue.inflight;
  const both = [ask(1), ask(2)];
  answer(1);
  expect([...queue.inflight.keys()]).toEqual([2]);
  expect(queue.inflight).toBe(before);
  answer(2);
  expect(queue.inflight).not.toBe(before);
  expect(await Promise.all(both)).toMatchObject([{ size: 1 }, { size: 1 }]);
  const third = ask(3);
  answer(3);
  expect(await third).toMatchObject({ size: 1 });
});
