import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatPosition, parsePosition } from './position.ts';

test('a position comes back as it was given', () => {
  fc.assert(
    fc.property(fc.array(fc.maxSafeNat(), { minLength: 1, maxLength: 24 }), (position) => {
      const text = formatPosition(position);
      expect(text).toMatch(/^[0-9a-z.]+$/);
      expect(parsePosition(text, position.length)).toEqual(position);
    }),
  );
});

test.each(['', '1', '2.0.0', '1.0', '1.0.0.0', '1.0.-1', '1.0.zzzzzzzzzzz', '1.0.0 ', '1.0.A'])(
  '%j is no position of two partitions',
  (text) => {
    expect(parsePosition(text, 2)).toBeUndefined();
  },
);
