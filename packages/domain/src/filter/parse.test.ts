import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Filter } from './filter.ts';
import {
  MAX_FILTER_BYTES,
  MAX_FILTER_DEPTH,
  MAX_FILTER_NODES,
  parseFilter,
  parseFilterText,
} from './parse.ts';
import { anyFilter } from './testing/any-filter.ts';

const TITLED = { field: 'content.title', op: 'exists' } as const;

const nested = (levels: number): unknown => (levels === 1 ? TITLED : { not: nested(levels - 1) });

function mistakesOf(given: unknown): string[] {
  const parsed = parseFilter(given);
  if (parsed.ok) throw new Error('it was taken');
  return parsed.mistakes.map(({ path, problem, remedy }) => `${path.join('.')}: ${problem} → ${remedy}`);
}

describe('a filter that somebody wrote', () => {
  it('is what it was when it comes back from its text', () => {
    fc.assert(
      fc.property(anyFilter, (filter) => {
        expect(parseFilter(filter)).toEqual({ ok: true, filter });
        expect(parseFilterText(JSON.stringify(filter))).toEqual(filter);
      }),
    );
  });

  it('has its times in UTC, so that they compare as texts', () => {
    const given = { field: 'timestamp', op: 'gte', value: '2026-03-01T00:30+01:00' };
    expect(parseFilter(given)).toEqual({
      ok: true,
      filter: { ...given, value: '2026-02-28T23:30:00.000Z' },
    });
  });

  it.each<[string, unknown, string]>([
    [
      'a field that there is not',
      { field: 'media_type', op: 'exists' },
      'field: it is no field of a message → Did you mean content.media_type?',
    ],
    [
      'a slip',
      { and: [TITLED, { field: 'chanel.type', op: 'exists' }] },
      'and.1.field: it is no field of a message → Did you mean channel.type?',
    ],
    [
      'the path in the whole message',
      { field: 'data.status_code', op: 'exists' },
      'field: it is no field of a message → Did you mean status_code?',
    ],
    [
      'a name of every object',
      { field: 'constructor', op: 'exists' },
      'field: it is no field of a message → Fields are type, timestamp',
    ],
    ['no field', { op: 'eq', value: 1 }, 'field: it is missing → Fields are'],
    [
      'no operator',
      { field: 'status_code', value: 1 },
      'op: it is missing → status_code holds a number: use eq, ne, in, lt',
    ],
    [
      'an operator of another type',
      { field: 'status_code', op: 'contains', value: '4' },
      'op: it is no operator for status_code → status_code holds a number: use eq',
    ],
    [
      'a text for a number',
      { not: { field: 'status_code', op: 'eq', value: '403' } },
      'not.value: it is not a number → status_code holds a number: give a number.',
    ],
    [
      'a number for a text',
      { field: 'metadata.team', op: 'eq', value: 7 },
      'value: it is not a text → metadata.team holds a text',
    ],
    [
      'no value',
      { field: 'channel.type', op: 'eq' },
      'value: it is missing → Give a text to compare channel.type with.',
    ],
    [
      'null',
      { field: 'error_message', op: 'eq', value: null },
      'value: it is null → To ask that error_message has nothing, write {"not":',
    ],
    [
      'a day that there is not',
      { field: 'timestamp', op: 'gt', value: '2026-02-30T00:00:00Z' },
      'value: it is not a time',
    ],
    [
      'a time without a zone',
      { field: 'timestamp', op: 'gt', value: '2026-02-03T00:00:00' },
      'value: it is not a time',
    ],
    [
      'what a field never holds',
      { field: 'content.media_type', op: 'in', value: ['video', 'Video'] },
      'value.1: content.media_type is never that → It is one of video, photo',
    ],
    ['a value for exists', { ...TITLED, value: true }, 'value: exists takes no value → Leave it out'],
    ['an empty list', { or: [] }, 'or: it is empty → List at least one filter: {"or": [ … ]}.'],
    ['no list', { and: TITLED }, 'and: it is no list'],
    ['two forms at once', { and: [TITLED], or: [TITLED] }, ': it is none of the four forms → Write'],
    [
      'another word',
      { field: 'channel.type', op: 'eq', value: 'x', case: 'no' },
      'case: it is not known here',
    ],
    ['a text', 'channel.type = "x"', ': it is no JSON object → Write'],
    ['nothing', {}, ': it is empty → Write'],
    [
      'a value that is too long',
      { field: 'content.title', op: 'eq', value: 'x'.repeat(501) },
      'value: it is longer than 500 characters',
    ],
    [
      'half of a surrogate pair',
      { field: 'content.title', op: 'eq', value: '\ud800' },
      'value: it holds half of a surrogate pair',
    ],
    [
      'too many values',
      { field: 'channel.id', op: 'in', value: Array(101).fill('x') },
      'value: it holds more than 100 values',
    ],
  ])('with %s is told the place, the problem and what to write', (_, given, told) => {
    const mistakes = mistakesOf(given);
    expect(mistakes).toHaveLength(1);
    expect(mistakes[0]).toContain(told);
  });

  it('is told all its mistakes at once', () => {
    const given = {
      and: [{ field: 'nope', op: 'eq' }, { not: { field: 'status_code', op: 'gt', value: 'x' } }, {}],
    };
    expect(mistakesOf(given).map((told) => told.slice(0, told.indexOf(':')))).toEqual([
      'and.0.field',
      'and.1.not.value',
      'and.2',
    ]);
  });

  it('is bounded in depth, parts and bytes', () => {
    expect(parseFilter(nested(MAX_FILTER_DEPTH)).ok).toBe(true);
    expect(mistakesOf(nested(MAX_FILTER_DEPTH + 1))[0]).toContain('flatten it');
    const parts = (count: number): Filter => ({ or: Array(count - 1).fill(TITLED) });
    expect(parseFilter(parts(MAX_FILTER_NODES)).ok).toBe(true);
    expect(mistakesOf(parts(MAX_FILTER_NODES + 1))).toHaveLength(1);
    const long = { field: 'content.title', op: 'contains', value: 'x'.repeat(450) };
    expect(mistakesOf({ or: Array(20).fill(long) })[0]).toContain(`within ${MAX_FILTER_BYTES} bytes`);
  });

  it('is refused without looking at all of it, however deep or wide it is', () => {
    expect(parseFilter(nested(5_000)).ok).toBe(false);
    expect(mistakesOf({ and: Array(100_000).fill({ and: Array(1_000).fill(0) }) }).length).toBeLessThan(60);
  });

  it('never throws, whatever JSON it is', () => {
    fc.assert(fc.property(fc.jsonValue(), (given) => typeof parseFilter(given).ok === 'boolean'));
  });

  it('that is stored is still known when the bounds have become narrower', () => {
    const comparison = { field: 'channel.id', op: 'in', value: Array(300).fill('x'.repeat(900)) };
    const stored = { or: Array(MAX_FILTER_NODES * 2).fill({ not: { not: { not: { not: comparison } } } }) };
    expect(parseFilter(stored).ok).toBe(false);
    expect(parseFilterText(JSON.stringify(stored))).toEqual(stored);
  });

  it.each(['', '{', '"x"', 'null', '{"field":"of.tomorrow","op":"exists"}'])(
    'that this version does not know is none: %s',
    (text) => {
      expect(parseFilterText(text)).toBeUndefined();
    },
  );
});
