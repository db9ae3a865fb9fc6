import fc from 'fast-check';
import { expect, test } from 'vitest';
import { cutWideLists } from './wide-lists.ts';

const QUERY = 'SELECT {few:Array(String)}, {ids:Array(String)}, {ids:Array(String)}, {time:Int64}';
const few = ['one', 'two'];

test('what fits is left as it is', () => {
  const params = { few, ids: ['a'], time: 1 };
  expect(cutWideLists(QUERY, params)).toEqual({ query: QUERY, params });
});

test('a list of any length comes whole and in order, in parts that ClickHouse takes', () => {
  const id = fc.constantFrom('a'.repeat(200), "'".repeat(200), '事'.repeat(200), 'a\\\n\t');
  fc.assert(
    fc.property(fc.array(id, { maxLength: 1_000, size: 'max' }), (ids) => {
      const { query, params } = cutWideLists(QUERY, { few, ids, time: 1 });
      const names = Object.keys(params).filter((name) => name.startsWith('ids'));
      expect(names.flatMap((name) => params[name])).toEqual(ids);
      for (const name of names) {
        const written = (params[name] as string[]).map((one) => `'${one.replaceAll(/[\\'\n\t]/g, '\\$&')}'`);
        expect(Buffer.byteLength(`[${written}]`)).toBeLessThan(128 * 1024);
      }
      const list = names.map((name) => `{${name}:Array(String)}`).join(', ');
      const ofIds = names.length > 1 ? `arrayConcat(${list})` : list;
      expect(query).toBe(`SELECT {few:Array(String)}, ${ofIds}, ${ofIds}, {time:Int64}`);
    }),
  );
});
