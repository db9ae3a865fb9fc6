import { expect, test } from 'vitest';
import { complaintsAbout, summaryOfReplay } from './replay-summary.ts';

const COUNTED = {
  events: 3,
  dead: 3,
  planned: 3,
  sent: 3,
  state: 'completed',
  wasKilled: true,
  seconds: 1.26,
};
const OWED = new Set(['a', 'b', 'c']);

test('what was accepted twice is a duplicate and no complaint', () => {
  const summary = summaryOfReplay({ ...COUNTED, owed: OWED, accepted: ['a', 'b', 'b', 'c', 'a'] });
  expect(JSON.stringify(summary)).toBe(
    '{"events":3,"dead":3,"planned":3,"sent":3,"state":"completed","replayer_killed":true,"seconds":1.3,"delivered":3,"missing":0,"duplicates":2}',
  );
  expect(complaintsAbout(summary)).toEqual([]);
});

test('a message that is missing, a plan that is not exact and a kill that came too late each fail the run', () => {
  const good = summaryOfReplay({ ...COUNTED, owed: OWED, accepted: ['a', 'b', 'c'] });
  expect(complaintsAbout(summaryOfReplay({ ...COUNTED, owed: OWED, accepted: ['a', 'b'] }))).toHaveLength(1);
  expect(complaintsAbout({ ...good, planned: 2, sent: 2 })).toHaveLength(1);
  expect(complaintsAbout({ ...good, replayer_killed: false })).toHaveLength(1);
});
