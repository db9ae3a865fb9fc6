import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeCompletions, encodeCompletions, maxMetadataBytes } from './completions.ts';
import type { OffsetRange } from './offset-tracker.ts';

const lowWater = fc.integer({ min: 0, max: 2 ** 40 });
const lengths = (maxLength: number) =>
  fc.array(fc.tuple(fc.integer({ min: 1, max: 5_000 }), fc.integer({ min: 1, max: 5_000 })), { maxLength });

function runsFrom(low: number, pairs: [number, number][]): OffsetRange[] {
  let at = low;
  return pairs.map(([gap, run]) => {
    const start = at + gap;
    at = start + run;
    return { start, end: at };
  });
}

describe('completions in commit metadata', () => {
  test('decode to what was coded', () => {
    fc.assert(
      fc.property(lowWater, lengths(200), (low, pairs) => {
        const runs = runsFrom(low, pairs);
        expect(decodeCompletions(low, encodeCompletions(low, runs))).toEqual(runs);
      }),
    );
  });

  test('never exceed the limit; what is cut is the far end, so only more is sent again', () => {
    fc.assert(
      fc.property(lowWater, lengths(300), fc.integer({ min: 3, max: 200 }), (low, pairs, maxBytes) => {
        const runs = runsFrom(low, pairs);
        const text = encodeCompletions(low, runs, maxBytes);
        expect(Buffer.byteLength(text)).toBeLessThanOrEqual(maxBytes);
        const decoded = decodeCompletions(low, text);
        expect(decoded).toEqual(runs.slice(0, decoded.length));
      }),
    );
  });

  test('hold more than a thousand scattered completions', () => {
    const runs = runsFrom(
      0,
      Array.from({ length: 2_000 }, () => [3, 7]),
    );
    expect(decodeCompletions(0, encodeCompletions(0, runs, maxMetadataBytes)).length).toBeGreaterThan(1_000);
  });

  test("another tool's metadata restores as nothing complete", () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(decodeCompletions(0, text.startsWith('h1:') ? 'x' : text)).toEqual([]);
      }),
    );
    expect(decodeCompletions(0, null)).toEqual([]);
  });

  test('damaged metadata never throws and never claims an empty or overlapping run', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 60 }), (tail) => {
        let at = 0;
        for (const { start, end } of decodeCompletions(0, `h1:${tail}`)) {
          expect(start).toBeGreaterThan(at);
          expect(end).toBeGreaterThan(start);
          at = end;
        }
      }),
    );
  });
});
