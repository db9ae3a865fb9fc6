import { expect, test } from 'vitest';
import { runOpenLoop } from './open-loop.ts';

test('events are handed over in order at the rate asked for, none before it is due', async () => {
  const handedOver: number[] = [];
  const { dueMs, lateMs } = await runOpenLoop({
    ratePerSecond: 1_000,
    events: 50,
    publish: async (seq) => void handedOver.push(seq),
  });
  expect(handedOver).toEqual(Array.from({ length: 50 }, (_, seq) => seq));
  expect((dueMs[49] as number) - (dueMs[0] as number)).toBeCloseTo(49, 3);
  expect(Math.min(...lateMs)).toBeGreaterThanOrEqual(0);
});

test('an event does not wait for the sender to accept the one before', async () => {
  const all = Promise.withResolvers<void>();
  let handedOver = 0;
  const { failures } = await runOpenLoop({
    ratePerSecond: 1_000,
    events: 10,
    publish: () => {
      handedOver += 1;
      if (handedOver === 10) all.resolve();
      return all.promise;
    },
  });
  expect(failures).toEqual([]);
});

test('what the sender refuses is told, and the load goes on', async () => {
  const { failures } = await runOpenLoop({
    ratePerSecond: 1_000,
    events: 3,
    publish: async (seq) => {
      if (seq === 1) throw new Error('no room');
    },
  });
  expect(failures.map(({ message }) => message)).toEqual(['no room']);
});
