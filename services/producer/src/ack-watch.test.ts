import { expect, test } from 'vitest';
import { createAckWatch } from './ack-watch.ts';

function watch() {
  const world = { pending: 0, nowMs: 0 };
  const ackWatch = createAckWatch({
    pendingEvents: () => world.pending,
    stallMs: 10_000,
    now: () => world.nowMs,
  });
  return { world, ackWatch };
}

test('a quiet service is well, however long it is quiet', () => {
  const { world, ackWatch } = watch();
  world.nowMs = 1_000_000;
  ackWatch.writing();
  world.pending = 1;
  expect(ackWatch.check()).toBe(true);
});

test('events that wait without any acknowledgement take readiness away, and an acknowledgement gives it back', () => {
  const { world, ackWatch } = watch();
  ackWatch.writing();
  world.pending = 3;
  world.nowMs = 11_000;
  ackWatch.writing();
  expect(ackWatch.check()).toBe('3 events wait and Kafka has acknowledged nothing for 11 s');
  ackWatch.acknowledged();
  expect(ackWatch.check()).toBe(true);
});
