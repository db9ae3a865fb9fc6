import { TOPICS } from '@herald/contracts/topics';
import { expect, test } from 'vitest';
import { CRASH_POINTS, type CrashPointName } from './points.ts';
import { createTrigger, type Watch } from './trigger.ts';

const PRODUCE = 0;
const OFFSET_COMMIT = 8;
/** What a connection to a broker begins with. */
const KAFKA = request(18, 0);

function armed(name: CrashPointName): Watch {
  return { point: () => CRASH_POINTS[name], isPreceded: false };
}

function frame(bytes: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

function request(apiKey: number, correlationId: number, ...named: string[]): Buffer {
  const head = Buffer.alloc(8);
  head.writeInt16BE(apiKey, 0);
  head.writeInt32BE(correlationId, 4);
  const texts = named.map((text) => Buffer.concat([Buffer.from([0, text.length]), Buffer.from(text)]));
  return frame(Buffer.concat([head, ...texts]));
}

function answer(correlationId: number): Buffer {
  const head = Buffer.alloc(4);
  head.writeInt32BE(correlationId);
  return frame(head);
}

test('a request that writes to the topic is not sent, another is', () => {
  const trigger = createTrigger(armed('before route produce'), KAFKA);
  expect(trigger.sending(request(PRODUCE, 1, TOPICS.attempts))).toBe('send');
  expect(trigger.sending(request(PRODUCE, 2, TOPICS.attempts, TOPICS.deliveries))).toBe('die');
});

test('a topic whose name only begins the same is another topic', () => {
  const trigger = createTrigger(armed('before route produce'), KAFKA);
  expect(trigger.sending(request(PRODUCE, 1, `${TOPICS.deliveries}.x`))).toBe('send');
});

test('a request in pieces is told by its last piece, before the broker has all of it', () => {
  const trigger = createTrigger(armed('before attempt record'), KAFKA);
  const whole = request(PRODUCE, 1, TOPICS.attempts);
  expect(trigger.sending(whole.subarray(0, 9))).toBe('send');
  expect(trigger.sending(whole.subarray(9))).toBe('die');
});

test('a commit before the retry record is acknowledged is let through, the first one after it is not', () => {
  const watch = armed('before delivery commit, after a retry record');
  const [toCoordinator, toLeader] = [createTrigger(watch, KAFKA), createTrigger(watch, KAFKA)];
  const commit = request(OFFSET_COMMIT, 7, 'herald.delivery');
  expect(toLeader.sending(request(PRODUCE, 3, 'webhook.retry.5s'))).toBe('send');
  expect(toCoordinator.sending(commit)).toBe('send');
  toLeader.received(answer(2));
  expect(toCoordinator.sending(commit)).toBe('send');
  toLeader.received(answer(3));
  expect(toCoordinator.sending(commit)).toBe('die');
});

test('an insert into the table is known by its address, not by what stands in a body', () => {
  const trigger = createTrigger(armed('before insert'), Buffer.from('GET /ping'));
  const address = (table: string) =>
    Buffer.from(`POST /?query=INSERT+INTO+${table}+%28attempt_id%29 HTTP/1.1\r\n\r\n`);
  expect(trigger.sending(address('events'))).toBe('send');
  expect(trigger.sending(Buffer.from('GET /ping HTTP/1.1\r\n\r\nINSERT+INTO+attempts'))).toBe('send');
  expect(trigger.sending(address('attempts'))).toBe('die');
});

test('without a point everything is sent', () => {
  const trigger = createTrigger({ point: () => undefined, isPreceded: false }, KAFKA);
  expect(trigger.sending(request(PRODUCE, 1, TOPICS.deliveries))).toBe('send');
});
