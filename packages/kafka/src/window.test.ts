import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Window } from './window.ts';

describe('window', () => {
  test('counts exactly what is received and not complete, and closes and opens at its bounds', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 20 }),
        fc.integer({ min: 1, max: 500 }),
        fc.array(fc.oneof(fc.record({ add: fc.nat(100) }), fc.record({ release: fc.nat() })), {
          maxLength: 200,
        }),
        (maxRecords, maxBytes, steps) => {
          const window = new Window(maxRecords, maxBytes);
          const held: number[] = [];
          let wasClosed = false;
          for (const step of steps) {
            if ('add' in step) {
              if (!window.hasRoom) continue;
              held.push(step.add);
              window.add(step.add);
            } else {
              if (held.length === 0) continue;
              window.release(held.splice(step.release % held.length, 1)[0]!);
            }
            const bytes = held.reduce((sum, size) => sum + size, 0);
            expect([window.records, window.bytes]).toEqual([held.length, bytes]);
            const full = held.length >= maxRecords || bytes >= maxBytes;
            const halfEmpty = held.length <= maxRecords / 2 && bytes <= maxBytes / 2;
            expect(window.hasRoom).toBe(!full);
            if (full) expect(window.closed).toBe(true);
            else if (halfEmpty) expect(window.closed).toBe(false);
            else expect(window.closed).toBe(wasClosed);
            wasClosed = window.closed;
          }
        },
      ),
    );
  });

  test('an empty window takes a record larger than itself, so that no record can stop a partition', () => {
    const window = new Window(10, 100);
    expect(window.hasRoom).toBe(true);
    window.add(5_000);
    expect(window.closed).toBe(true);
    window.release(5_000);
    expect(window.closed).toBe(false);
  });
});
