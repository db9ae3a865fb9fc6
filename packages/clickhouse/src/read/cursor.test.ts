import fc from 'fast-check';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { cursorsOf } from './cursor.ts';

const cursors = cursorsOf('things', z.tuple([z.int(), z.string()]));
const query = { projectId: 'p', limit: 10 };

test('a cursor brings back the position it was made of', () => {
  fc.assert(
    fc.property(fc.maxSafeInteger(), fc.string({ maxLength: 200 }), (at, id) => {
      expect(cursors.decode(cursors.encode([at, id], query), query)).toEqual({
        ok: true,
        position: [at, id],
      });
    }),
  );
});

test('a cursor is refused under other filters, but not for another page size', () => {
  const cursor = cursors.encode([1, 'a'], query);
  expect(cursors.decode(cursor, { ...query, limit: 50, cursor })).toMatchObject({ ok: true });
  expect(cursors.decode(cursor, { projectId: 'other', limit: 10 })).toMatchObject({
    ok: false,
    kind: 'refused_cursor',
  });
  expect(cursors.decode(cursor, { limit: 10 })).toMatchObject({ ok: false });
  expect(cursors.decode(cursor, { ...query, endpointId: undefined })).toMatchObject({ ok: true });
});

test('a cursor of another list is refused', () => {
  const others = cursorsOf('others', z.tuple([z.int(), z.string()]));
  expect(cursors.decode(others.encode([1, 'a'], query), query)).toMatchObject({ ok: false });
});

test('no text makes it throw or pass for a position', () => {
  const good = cursors.encode([1, 'a'], query);
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.base64String(), fc.json().map(base64)), (text) => {
      expect(cursors.decode(text, query).ok).toBe(text === good);
    }),
  );
  expect(cursors.decode(good.slice(0, -3), query)).toMatchObject({ ok: false });
  expect(cursors.decode(`${good}${'A'.repeat(5_000)}`, query)).toMatchObject({ ok: false });
});

function base64(json: string): string {
  return Buffer.from(json).toString('base64url');
}
