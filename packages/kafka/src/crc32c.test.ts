import { expect, test } from 'vitest';
import { crc32c } from './crc32c.ts';

const bytes = (length: number, at: (i: number) => number) => Uint8Array.from({ length }, (_, i) => at(i));

// The vectors of RFC 3720, B.4, and the usual check value.
test.each([
  ['32 zeros', bytes(32, () => 0), 0x8a9136aa],
  ['32 times 0xff', bytes(32, () => 255), 0x62a8ab43],
  ['ascending', bytes(32, (i) => i), 0x46dd794e],
  ['descending', bytes(32, (i) => 31 - i), 0x113fdb5c],
  ['"123456789"', Buffer.from('123456789'), 0xe3069283],
])('of %s is the published value', (_, input, expected) => {
  expect(crc32c(input, 0, input.length)).toBe(expected);
});

test('covers exactly the given slice', () => {
  const padded = Buffer.from('xx123456789yy');
  expect(crc32c(padded, 2, 11)).toBe(0xe3069283);
});
