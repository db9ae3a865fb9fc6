import { expect, it } from 'vitest';
import { createReadWatermarks } from './read-watermarks.ts';

const partition = (topic: string, partition: number, committedOffset: number, endOffset: number) => ({
  topic,
  partition,
  committedOffset,
  endOffset,
  completed: [],
});

it.each([
  [
    'everything is read',
    [partition('webhook.routes', 0, 5, 5), partition('webhook.attempts', 0, -1, 0)],
    true,
  ],
  [
    'one partition is behind',
    [partition('webhook.routes', 0, 5, 5), partition('webhook.routes', 1, 4, 5)],
    false,
  ],
  [
    'nothing was committed of one',
    [partition('webhook.routes', 0, 5, 5), partition('webhook.attempts', 0, -1, 3)],
    false,
  ],
])('where %s, says whether the logger is level', async (_, partitions, isLevel) => {
  const read = createReadWatermarks({
    progress: { read: async () => partitions },
    timeoutMs: 1_000,
    onFailure: () => {},
    now: () => 7,
  });
  expect(await read()).toEqual({ kind: 'read', askedAtMs: 7, isLevel });
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
