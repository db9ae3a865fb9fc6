import { expect, test } from 'vitest';
import { joinNeighbours, RowWriter, UnwritableValue } from './row-binary.ts';

function written(write: (to: RowWriter) => void): number[] {
  const writer = new RowWriter();
  write(writer);
  return [...writer.take()];
}

test('a string is its length in bytes, then its bytes', () => {
  expect(written((to) => to.string('aé'))).toEqual([3, 0x61, 0xc3, 0xa9]);
  const long = written((to) => to.string('é'.repeat(100)));
  expect(long.slice(0, 3)).toEqual([0xc8, 0x01, 0xc3]);
  expect(long).toHaveLength(202);
});

test('bytes are kept as they are, valid text or not', () => {
  expect(written((to) => to.bytes(Buffer.from([0xff, 0x00, 0xfe])))).toEqual([3, 0xff, 0x00, 0xfe]);
});

test('the halves of a UUID are written in reverse', () => {
  expect(written((to) => to.uuid('00112233-4455-6677-8899-aABBccddEEff'))).toEqual([
    0x77, 0x66, 0x55, 0x44, 0x33, 0x22, 0x11, 0x00, 0xff, 0xee, 0xdd, 0xcc, 0xbb, 0xaa, 0x99, 0x88,
  ]);
});

test('whole numbers keep sign and size up to 2^53', () => {
  expect(written((to) => to.int64(-2))).toEqual([0xfe, 255, 255, 255, 255, 255, 255, 255]);
  expect(written((to) => to.int64(2 ** 53 - 1))).toEqual([255, 255, 255, 255, 255, 255, 0x1f, 0]);
});

test.each([
  ['a text that is no UUID', (to: RowWriter) => to.uuid('00112233-4455-6677-8899-aabbccddeefg')],
  ['a text of another length', (to: RowWriter) => to.uuid('0011')],
  ['a number beyond 2^53', (to: RowWriter) => to.int64(2 ** 53)],
  ['a fraction', (to: RowWriter) => to.int64(0.5)],
  ['a number beyond 32 bits', (to: RowWriter) => to.int32(2 ** 31)],
  ['a negative status', (to: RowWriter) => to.uint16(-1)],
])('%s is unwritable, which is the fault of the row', (_, write) => {
  expect(() => written(write)).toThrow(UnwritableValue);
});

test('a value larger than the buffer makes it grow and keeps what was written before', () => {
  const big = Buffer.alloc(300_000, 7);
  const bytes = written((to) => {
    to.string('before');
    to.bytes(big);
    to.string('after');
  });
  expect(bytes.slice(0, 7)).toEqual([6, ...Buffer.from('before')]);
  expect(bytes).toHaveLength(7 + 3 + 300_000 + 6);
});

test('what is taken is not touched by what is written after', () => {
  const writer = new RowWriter();
  writer.string('one');
  const one = writer.take();
  writer.string('two');
  expect([...one]).toEqual([3, ...Buffer.from('one')]);
});

test('rows that lie behind one another are joined without a copy, in their order, and no byte is added or lost', () => {
  const writer = new RowWriter();
  const rows = Array.from({ length: 2_000 }, (_, number) => {
    writer.string(`row ${number} `.repeat(1 + (number % 60)));
    return writer.take();
  });
  const withGap = rows.filter((_, index) => index % 500 !== 499);
  const stranger = Buffer.from('stranger');
  for (const all of [rows, withGap, [stranger, ...rows, stranger], [], [stranger]]) {
    const joined = joinNeighbours(all);
    expect(Buffer.concat(joined).equals(Buffer.concat(all))).toBe(true);
    expect(joined.length).toBeLessThanOrEqual(Math.min(all.length, 12));
  }
});
