import fc from 'fast-check';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { uuidv7 } from './event-id.ts';

const random = fc.uint8Array({ minLength: 10, maxLength: 10 }).map((bytes) => Buffer.from(bytes));
const time = fc.nat(2 ** 48 - 1);

test('an id is a UUID of version 7, and later ids sort behind earlier ones', () => {
  fc.assert(
    fc.property(time, time, random, random, (one, other, first, second) => {
      const [a, b] = [uuidv7(one, first), uuidv7(other, second)];
      expect(z.uuidv7().safeParse(a).success).toBe(true);
      if (one < other) expect(a < b).toBe(true);
    }),
  );
});

test('two ids of one millisecond differ', () => {
  expect(uuidv7(1_700_000_000_000)).not.toBe(uuidv7(1_700_000_000_000));
});
