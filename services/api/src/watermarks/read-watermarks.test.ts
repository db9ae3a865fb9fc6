import { expect, it } from 'vitest';
import { createReadWatermarks } from './read-watermarks.ts';

const partition = (topic: string, partition: number, committedOffset: number, endOffset: number) => ({
  topic,
  partition,
  committedOffset,
  endOffset,
  completed: [],
});

it('sums what the logger is still to read of each topic, also where it has committed nothing', async () => {
  const read = createReadWatermarks({
    progress: {
      read: async () => [
        partition('webhook.routes', 0, 5, 5),
        partition('webhook.attempts', 0, 10, 12),
        partition('webhook.attempts', 1, -1, 3),
      ],
    },
    timeoutMs: 1_000,
    onFailure: () => {},
    now: () => 7,
  });
  expect(await read()).toEqual({
    kind: 'read',
    askedAtMs: 7,
    topics: [
      { topic: 'webhook.attempts', taken: 15, behind: 5 },
      { topic: 'webhook.routes', taken: 5, behind: 0 },
    ],
  });
});

it('asks Kafka once for all who ask within a second, and again after that, also where it gave no answer', async () => {
  let nowMs = 0;
  let asked = 0;
  const read = createReadWatermarks({
    progress: {
      async read() {
        asked += 1;
        if (asked === 1) throw new Error('away');
        return [];
      },
    },
    timeoutMs: 1_000,
    onFailure: () => {},
    now: () => nowMs,
  });
  expect(await Promise.all([read(), read()])).toEqual([{ kind: 'unavailable' }, { kind: 'unavailable' }]);
  nowMs = 1_000;
  expect(await read()).toMatchObject({ kind: 'read' });
  expect(asked).toBe(2);
});
