import { expect, it } from 'vitest';
import { bucketsIn, decideBucket, decideRange } from './range.ts';

const NOON_MS = Date.UTC(2026, 0, 15, 12);
const DAY_MS = 86_400_000;

it('a range that nobody set is the day up to now', () => {
  expect(decideRange({}, NOON_MS)).toEqual({ ok: true, value: { fromMs: NOON_MS - DAY_MS, toMs: NOON_MS } });
});

it.each([
  [{ from: NOON_MS, to: NOON_MS }, 'not before'],
  [{ from: NOON_MS + 1 }, 'not before'],
  [{ from: NOON_MS - 31 * DAY_MS - 1, to: NOON_MS }, '32 days'],
])('a range that is empty or too long is refused with what to ask instead: %j', (asked, problem) => {
  const decided = decideRange(asked, NOON_MS);
  expect(decided).toMatchObject({ ok: false, mistakes: [{ in: 'query', field: 'from' }] });
  if (!decided.ok) expect(decided.mistakes[0]?.problem).toContain(problem);
});

it('a bucket that would cut too fine is refused, and the finest that does not is named', () => {
  const week = { fromMs: NOON_MS - 7 * DAY_MS, toMs: NOON_MS };
  const decided = decideBucket('5m', week);
  expect(decided).toMatchObject({ ok: false, mistakes: [{ field: 'bucket', value: '"5m"' }] });
  if (!decided.ok) expect(decided.mistakes[0]?.remedy).toContain('15m or longer');
  expect(decideBucket('15m', week)).toEqual({ ok: true, value: 15 * 60_000 });
});

it('a bucket that nobody set leaves any range that may be asked for with at most a hundred', () => {
  for (const days of [1 / 1_440, 1 / 24, 0.5, 1, 3, 7, 31]) {
    const range = { fromMs: NOON_MS - days * DAY_MS, toMs: NOON_MS };
    const bucket = decideBucket(undefined, range);
    if (!bucket.ok) throw new Error('refused');
    expect(bucketsIn(range, bucket.value)).toBeLessThanOrEqual(100);
  }
});
