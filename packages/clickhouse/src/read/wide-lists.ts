import type { Params } from './reader.ts';

/** ClickHouse takes no parameter above 128 KiB, in the URL or as part of a form. */
const MAX_PARAM_BYTES = 128_000;

/** Quotes and the comma of each value; a character may be escaped by one more byte. */
const BYTES_AROUND_VALUE = 3;
const MAX_BYTES_PER_BYTE = 2;

/**
 * The query with lists that are too long for one parameter in several, so that ids may be as long as they like. Only
 * for parameters that are named as `{name:Array(…)}`.
 */
export function cutWideLists(query: string, params: Params): { query: string; params: Params } {
  const wide = Object.entries(params).flatMap(([name, value]) => {
    const parts = Array.isArray(value) ? partsOf(value) : [];
    return parts.length > 1 ? [{ name, parts }] : [];
  });
  return wide.reduce(
    (cut, { name, parts }) => ({
      query: cut.query.replaceAll(
        new RegExp(`\\{${name}:(Array\\(\\w+\\))\\}`, 'g'),
        (_, type) =>
          `arrayConcat(${parts.map((_, index) => `{${partName(name, index)}:${type}}`).join(', ')})`,
      ),
      params: {
        ...Object.fromEntries(Object.entries(cut.params).filter(([key]) => key !== name)),
        ...Object.fromEntries(parts.map((part, index) => [partName(name, index), part])),
      },
    }),
    { query, params },
  );
}

function partName(name: string, index: number): string {
  return `${name}_part_${index}`;
}

function partsOf(values: readonly unknown[]): unknown[][] {
  const parts: unknown[][] = [[]];
  let bytes = 0;
  for (const value of values) {
    const size = MAX_BYTES_PER_BYTE * Buffer.byteLength(String(value)) + BYTES_AROUND_VALUE;
    if (bytes + size > MAX_PARAM_BYTES && bytes > 0) {
      parts.push([]);
      bytes = 0;
    }
    parts.at(-1)!.push(value);
    bytes += size;
  }
  return parts;
}
