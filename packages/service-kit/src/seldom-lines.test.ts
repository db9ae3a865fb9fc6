import { expect, test } from 'vitest';
import { createSeldomLines } from './seldom-lines.ts';

test('a subject has a line in ten minutes, all have ten a minute, and what was not written is counted', () => {
  let nowMs = 0;
  const written: object[] = [];
  const line = createSeldomLines({ write: (detail) => written.push(detail), now: () => nowMs });
  for (let n = 0; n < 1_000; n++) line('a', { n });
  expect(written).toEqual([{ n: 0, unwritten: 0 }]);
  for (let n = 0; n < 100; n++) line(`b${n}`, { n });
  expect(written).toHaveLength(10);
  expect(written[1]).toEqual({ n: 0, unwritten: 999 });
  nowMs = 60_000;
  line('a', {});
  line('b90', { n: 90 });
  expect(written.slice(10)).toEqual([{ n: 90, unwritten: 92 }]);
  nowMs = 600_001;
  line('a', { n: 1 });
  expect(written.at(-1)).toEqual({ n: 1, unwritten: 0 });
});
