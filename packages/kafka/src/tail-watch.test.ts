import { expect, test } from 'vitest';
import { TailWatch } from './tail-watch.ts';

test('a reader at the end follows, and no longer when nobody could ask for 5 s where the end is', () => {
  const watch = new TailWatch();
  expect(watch.isFollowing(0)).toBe(false);
  watch.saw(10, 10, 0);
  expect(watch.isFollowing(5_000)).toBe(true);
  expect(watch.isFollowing(5_001)).toBe(false);
});

test('whoever cannot wait for 5 s asks for less', () => {
  const watch = new TailWatch();
  watch.saw(10, 10, 0);
  expect([watch.isFollowing(2_000, 2_000), watch.isFollowing(2_001, 2_000)]).toEqual([true, false]);
});

test('a reader that stands still behind the end stops following after 5 s', () => {
  const watch = new TailWatch();
  watch.saw(10, 10, 0);
  for (let atMs = 1_000; atMs <= 6_000; atMs += 1_000) watch.saw(20, 15, atMs);
  expect(watch.isFollowing(6_000)).toBe(false);
});

test('a reader that is always a little behind a growing log follows', () => {
  const watch = new TailWatch();
  watch.saw(0, 0, 0);
  for (let atMs = 1_000; atMs <= 20_000; atMs += 1_000) watch.saw(atMs, atMs - 1_500, atMs);
  expect(watch.isFollowing(20_000)).toBe(true);
});

test('an older look that is told later takes nothing back', () => {
  const watch = new TailWatch();
  watch.saw(10, 10, 4_000);
  watch.saw(8, 10, 1_000);
  expect(watch.isFollowing(9_000)).toBe(true);
});
