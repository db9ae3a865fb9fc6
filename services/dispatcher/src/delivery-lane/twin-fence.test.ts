import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createTwinFence } from './twin-fence.ts';

test('the second of two records of one step is dropped once the first is disposed of', () => {
  const fence = createTwinFence<string>(100);
  expect(fence.enter('d', 1, 'first')).toBe('first');
  expect(fence.settle('d', 1)).toEqual([]);
  expect(fence.enter('d', 1, 'twin')).toBe('disposed');
  expect(fence.enter('d', 2, 'next step')).toBe('first');
});

test('a twin that comes while the first is under way is handed back when that is disposed of', () => {
  const fence = createTwinFence<string>(100);
  fence.enter('d', 1, 'first');
  expect(fence.enter('d', 1, 'twin')).toBe('underway');
  expect(fence.enter('d', 1, 'triplet')).toBe('underway');
  expect(fence.settle('d', 1)).toEqual(['twin', 'triplet']);
});

test('a step that ended fenced may be acted on again', () => {
  const fence = createTwinFence<string>(100);
  fence.enter('d', 1, 'first');
  fence.enter('d', 1, 'twin');
  expect(fence.release('d', 1)).toEqual(['twin']);
  expect(fence.enter('d', 1, 'twin')).toBe('first');
});

test('the last half of the capacity is remembered, and never more than the capacity', () => {
  fc.assert(
    fc.property(fc.integer({ min: 2, max: 40 }), fc.integer({ min: 0, max: 200 }), (capacity, steps) => {
      const fence = createTwinFence<number>(capacity);
      for (let step = 0; step < steps; step++) {
        fence.enter('d', step, step);
        fence.settle('d', step);
      }
      const remembered = Array.from({ length: steps }, (_, step) => step).filter(
        (step) => fence.enter('d', step, step) === 'disposed',
      );
      expect(remembered.length).toBeGreaterThanOrEqual(Math.min(steps, Math.floor(capacity / 2)));
      expect(remembered.length).toBeLessThanOrEqual(capacity + 1);
      expect(remembered).toEqual(remembered.toSorted((a, b) => a - b));
      if (steps > 0) expect(remembered.at(-1)).toBe(steps - 1);
    }),
  );
});
