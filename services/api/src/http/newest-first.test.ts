import fc from 'fast-check';
import { expect, it } from 'vitest';
import { cutNewestFirst, type Made } from './newest-first.ts';

const made = fc.uniqueArray(fc.record({ createdAtMs: fc.integer({ min: 0, max: 5 }), id: fc.uuid() }), {
  selector: ({ id }) => id,
  maxLength: 20,
});

function pageOf(all: readonly Made[], limit: number, cursor: string | undefined) {
  const page = cutNewestFirst(all, (item) => item, { limit, cursor });
  if (page.kind !== 'page') throw new Error(page.reason);
  return page;
}

it('walking to the end shows each item that stays once, newest first, whatever comes and goes meanwhile', () => {
  fc.assert(
    fc.property(made, made, fc.integer({ min: 1, max: 5 }), (staying, passing, limit) => {
      const seen: Made[] = [];
      let cursor: string | undefined;
      for (let pages = 0; ; pages++) {
        const page = pageOf(pages % 2 === 0 ? [...staying, ...passing] : staying, limit, cursor);
        seen.push(...page.items);
        cursor = page.nextCursor;
        if (cursor === undefined) break;
      }
      const shown = seen.filter((item) => staying.includes(item));
      const places = shown.map(({ createdAtMs, id }) => `${createdAtMs} ${id}`);
      expect(places).toEqual(places.toSorted().reverse());
      expect(new Set(places).size).toBe(staying.length);
    }),
  );
});

it('a cursor that is none is refused', () => {
  expect(cutNewestFirst([], (item: Made) => item, { limit: 1, cursor: 'x' }).kind).toBe('refused_cursor');
});
