import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { OffsetTracker } from './offset-tracker.ts';

/** The same in the most obvious way: a set of the complete offsets. */
class ModelTracker {
  position: number;
  readonly complete = new Set<number>();
  readonly start: number;

  constructor(start: number) {
    this.start = start;
    this.position = start;
  }

  receive(offset: number): boolean {
    if (offset < this.position) return false;
    this.skipTo(offset);
    this.position = offset + 1;
    return !this.complete.has(offset);
  }

  skipTo(offset: number): void {
    for (; this.position < offset; this.position++) this.complete.add(this.position);
  }

  completeOne(offset: number): boolean {
    if (offset >= this.position || offset < this.start || this.complete.has(offset)) return false;
    this.complete.add(offset);
    return true;
  }

  get lowWater(): number {
    let low = this.start;
    while (this.complete.has(low)) low++;
    return low;
  }

  get beyond(): number[] {
    return [...this.complete].filter((offset) => offset > this.lowWater).sort((a, b) => a - b);
  }
}

const step = fc.oneof(
  fc.record({ kind: fc.constant('receive' as const), by: fc.integer({ min: -3, max: 5 }) }),
  fc.record({ kind: fc.constant('complete' as const), by: fc.integer({ min: -40, max: 2 }) }),
  fc.record({ kind: fc.constant('skip' as const), by: fc.integer({ min: -2, max: 6 }) }),
);

const restored = fc.array(fc.tuple(fc.integer({ min: 0, max: 60 }), fc.integer({ min: 1, max: 6 })), {
  maxLength: 6,
});

describe('offset tracker', () => {
  test('agrees with a plain set of offsets, whatever the order of receipts, gaps and completions', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 5 }),
        restored,
        fc.array(step, { maxLength: 120 }),
        (start, runs, steps) => {
          const ranges = runs.map(([from, length]) => ({ start: start + from, end: start + from + length }));
          const tracker = new OffsetTracker(start, ranges);
          const model = new ModelTracker(start);
          for (const range of ranges) for (let o = range.start; o < range.end; o++) model.complete.add(o);
          for (const { kind, by } of steps) {
            const offset = model.position + by;
            if (kind === 'receive') expect(tracker.receive(offset)).toBe(model.receive(offset));
            else if (kind === 'skip') {
              tracker.skipTo(offset);
              model.skipTo(offset);
            } else expect(tracker.complete(offset)).toBe(model.completeOne(offset));
            expect(tracker.position).toBe(model.position);
            expect(tracker.lowWater).toBe(model.lowWater);
            const beyond = tracker.completed.flatMap(({ start: from, end }) =>
              Array.from({ length: end - from }, (_, i) => from + i),
            );
            expect(beyond).toEqual(model.beyond);
          }
        },
      ),
      { numRuns: 500 },
    );
  });

  test('the low-water mark never goes back and never passes a record that is not complete', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(99), { maxLength: 300 }), (order) => {
        const tracker = new OffsetTracker(0);
        for (let offset = 0; offset < 100; offset++) tracker.receive(offset);
        const open = new Set(Array.from({ length: 100 }, (_, i) => i));
        for (const offset of order) {
          const before = tracker.lowWater;
          expect(tracker.complete(offset)).toBe(open.delete(offset));
          expect(tracker.lowWater).toBeGreaterThanOrEqual(before);
          expect(tracker.lowWater).toBe(open.size === 0 ? 100 : Math.min(...open));
        }
      }),
    );
  });

  test('a record that is not received cannot be completed', () => {
    const tracker = new OffsetTracker(10);
    expect(tracker.complete(10)).toBe(false);
    expect(tracker.complete(9)).toBe(false);
    expect(tracker.lowWater).toBe(10);
  });

  test('what was complete before a restart is not worked on again', () => {
    const tracker = new OffsetTracker(5, [{ start: 7, end: 9 }]);
    expect([5, 6, 7, 8, 9].map((offset) => tracker.receive(offset))).toEqual([
      true,
      true,
      false,
      false,
      true,
    ]);
    tracker.complete(5);
    tracker.complete(6);
    expect(tracker.lowWater).toBe(9);
  });
});
