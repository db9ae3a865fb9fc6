import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { passes } from './evaluate.ts';
import { decisiveComparisons, filterText } from './evidence.ts';
import { FILTER_FIELDS, type Field, METADATA_PREFIX } from './fields.ts';
import type { Comparison, FieldValue, Filter, ReadField } from './filter.ts';
import { MAX_FILTER_NODES } from './parse.ts';
import { anyFilter, anyNumber, anyText, anyTime, nodesOf } from './testing/any-filter.ts';

function anyValueOf({ type, values }: Field): fc.Arbitrary<FieldValue> {
  if (type === 'number') return anyNumber;
  if (type === 'time') return anyTime;
  if (type === 'texts') return fc.array(anyText, { minLength: 1, maxLength: 2 });
  return values ? fc.constantFrom(...values) : anyText;
}

const fields: readonly [string, Field][] = [...FILTER_FIELDS, [`${METADATA_PREFIX}team`, { type: 'text' }]];

/** What a message says, by path; a path that is left out says nothing. */
const anyMessage: fc.Arbitrary<ReadonlyMap<string, FieldValue>> = fc
  .tuple(...fields.map(([path, field]) => fc.option(anyValueOf(field)).map((value) => ({ path, value }))))
  .map((said) => new Map(said.flatMap(({ path, value }) => (value === null ? [] : [[path, value]]))));

const reading =
  (message: ReadonlyMap<string, FieldValue>): ReadField =>
  (path) =>
    message.get(path);

const COMPARISONS: Record<Comparison['op'], (found: never, value: never) => boolean> = {
  eq: (found: unknown, value: unknown) => found === value,
  ne: (found: unknown, value: unknown) => found !== value,
  in: (found: unknown, values: unknown[]) => values.some((value) => value === found),
  lt: (found: number | string, value: number | string) => order(found) < order(value),
  lte: (found: number | string, value: number | string) => order(found) <= order(value),
  gt: (found: number | string, value: number | string) => order(found) > order(value),
  gte: (found: number | string, value: number | string) => order(found) >= order(value),
  contains: (found: string | string[], value: string) =>
    typeof found === 'string' ? found.indexOf(value) >= 0 : found.some((item) => item === value),
  starts_with: (found: string, value: string) => found.slice(0, value.length) === value,
  exists: () => true,
};

function order(value: number | string): number {
  return typeof value === 'number' ? value : Date.parse(value);
}

/** The rules as they are documented, in the plainest words. */
function reference(filter: Filter, message: ReadonlyMap<string, FieldValue>): boolean {
  if ('and' in filter) return !filter.and.map((part) => reference(part, message)).includes(false);
  if ('or' in filter) return filter.or.map((part) => reference(part, message)).includes(true);
  if ('not' in filter) return reference(filter.not, message) === false;
  const value = 'value' in filter ? filter.value : undefined;
  return (
    message.has(filter.field) && COMPARISONS[filter.op](message.get(filter.field) as never, value as never)
  );
}

describe('a filter', () => {
  it('lets through what its rules say, whatever it is and whatever the message says', () => {
    fc.assert(
      fc.property(anyFilter, anyMessage, (filter, message) => {
        expect(passes(filter, reading(message))).toBe(reference(filter, message));
      }),
      { numRuns: 1_000 },
    );
  });

  it('looks at each comparison at most once, so at most at as many fields as a filter may have parts', () => {
    fc.assert(
      fc.property(anyFilter, anyMessage, (filter, message) => {
        let looks = 0;
        passes(filter, (path) => {
          looks++;
          return message.get(path);
        });
        expect(looks).toBeLessThanOrEqual(nodesOf(filter));
        expect(nodesOf(filter)).toBeLessThanOrEqual(MAX_FILTER_NODES);
      }),
    );
  });

  it('never throws, whatever kind of value it meets', () => {
    const anyValue = fc.oneof(fc.string(), fc.double(), fc.array(fc.string()), fc.constant(undefined));
    fc.assert(
      fc.property(anyFilter, fc.infiniteStream(anyValue), (filter, values) => {
        expect(typeof passes(filter, () => values.next().value)).toBe('boolean');
      }),
    );
  });

  it('keeps De Morgan’s laws', () => {
    fc.assert(
      fc.property(fc.array(anyFilter, { minLength: 1, maxLength: 4 }), anyMessage, (parts, message) => {
        const read = reading(message);
        const negated = parts.map((not) => ({ not }));
        expect(passes({ not: { and: parts } }, read)).toBe(passes({ or: negated }, read));
        expect(passes({ not: { or: parts } }, read)).toBe(passes({ and: negated }, read));
      }),
    );
  });

  it('has no comparison that holds with a field that says nothing, and not turns that around', () => {
    const nothing: ReadField = () => undefined;
    for (const filter of [
      { field: 'status_code', op: 'ne', value: 200 },
      { field: 'status_code', op: 'lt', value: 200 },
      { field: 'channel.name', op: 'in', value: ['a'] },
      { field: 'content.media_urls', op: 'contains', value: 'a' },
      { field: 'error_message', op: 'exists' },
    ] satisfies Filter[]) {
      expect(passes(filter, nothing)).toBe(false);
      expect(passes({ not: filter }, nothing)).toBe(true);
    }
  });
});

describe('the evidence of a filter', () => {
  it('names the comparisons that decided: with all of them the other way round, it comes out the other way', () => {
    fc.assert(
      fc.property(anyFilter, anyMessage, (filter, message) => {
        const decisive = decisiveComparisons(filter, reading(message));
        expect(decisive.length).toBeGreaterThan(0);
        const turned = new Set(decisive.map(({ at }) => at));
        expect(comesOut(filter, '', message, turned)).toBe(!passes(filter, reading(message)));
      }),
    );
  });

  it('is gathered with one look at each comparison, however deep it stands', () => {
    fc.assert(
      fc.property(anyFilter, anyMessage, (filter, message) => {
        let looks = 0;
        decisiveComparisons(filter, (path) => {
          looks++;
          return message.get(path);
        });
        expect(looks).toBeLessThanOrEqual(nodesOf(filter));
      }),
    );
  });

  it('says where each stands, what it asked for and what it met', () => {
    const tiktok = { field: 'channel.type', op: 'eq', value: 'tiktok' } as const;
    const titled = { field: 'content.title', op: 'exists' } as const;
    const filter: Filter = { and: [tiktok, { not: titled }, { or: [titled, tiktok] }] };
    const message = new Map([
      ['channel.type', 'tiktok'],
      ['content.title', 'Spring'],
    ]);
    expect(decisiveComparisons(filter, reading(message))).toEqual([
      { at: 'and[1].not', comparison: titled, found: 'Spring', held: true },
    ]);
    expect(filterText(filter)).toBe(
      'channel.type eq "tiktok" and not (content.title exists) and (content.title exists or channel.type eq "tiktok")',
    );
  });
});

/** What comes out when the comparisons at these places are turned around. */
function comesOut(
  filter: Filter,
  at: string,
  message: ReadonlyMap<string, FieldValue>,
  turned: ReadonlySet<string>,
): boolean {
  const below = (part: Filter, name: string) =>
    comesOut(part, at === '' ? name : `${at}.${name}`, message, turned);
  if ('and' in filter) return filter.and.every((part, index) => below(part, `and[${index}]`));
  if ('or' in filter) return filter.or.some((part, index) => below(part, `or[${index}]`));
  if ('not' in filter) return !below(filter.not, 'not');
  return reference(filter, message) !== turned.has(at);
}
