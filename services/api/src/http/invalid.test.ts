import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { invalidRequest, parsePart } from './invalid.ts';

const schema = z
  .strictObject({
    name: z
      .string()
      .max(3, 'it is too long')
      .meta({ description: 'a short name', examples: ['abc'] }),
    sizes: z
      .array(z.int({ error: 'it is no number' }).meta({ description: 'a size' }))
      .optional()
      .meta({ description: 'a list of sizes' }),
    labels: z
      .record(z.string(), z.string({ error: 'it is no text' }))
      .default({})
      .meta({ description: 'texts by name' }),
    secret: z.string().max(3, 'it is too long').meta({ description: 'a secret', writeOnly: true }).optional(),
  })
  .meta({ description: 'an object' });

function mistakesIn(given: unknown) {
  const parsed = parsePart('body', schema, given);
  return parsed.ok ? [] : parsed.mistakes;
}

describe('a mistake', () => {
  it('names the field by its path, its value, what is wrong and what is expected', () => {
    expect(mistakesIn({ name: 'long', sizes: [1, 'x'], labels: { a: 5 } })).toEqual([
      {
        in: 'body',
        field: 'name',
        value: '"long"',
        problem: 'it is too long',
        remedy: 'Expected: a short name. For example "abc".',
      },
      {
        in: 'body',
        field: 'sizes[1]',
        value: '"x"',
        problem: 'it is no number',
        remedy: 'Expected: a size.',
      },
      {
        in: 'body',
        field: 'labels.a',
        value: '5',
        problem: 'it is no text',
        remedy: 'Expected: texts by name.',
      },
    ]);
  });

  it('says that a field is missing rather than what type undefined has', () => {
    expect(mistakesIn({})).toMatchObject([{ field: 'name', problem: 'it is missing' }]);
  });

  it('is told in the words of the check where a field may be left out and the whole makes no sense without it', () => {
    const either = z
      .strictObject({ a: z.string().optional() })
      .refine(({ a }) => a !== undefined, { error: 'nothing is asked for', path: ['a'] });
    expect(parsePart('body', either, {})).toMatchObject({ mistakes: [{ problem: 'nothing is asked for' }] });
  });

  it('says of a parameter that is there twice that it is, whatever it is to be', () => {
    const parsed = parsePart('query', z.strictObject({ a: z.string(), b: z.enum(['x']) }), {
      a: ['1', '2'],
      b: ['x', 'x'],
    });
    expect(parsed).toMatchObject({
      mistakes: [
        { field: 'a', value: '["1","2"]', problem: 'it is given more than once' },
        { field: 'b', problem: 'it is given more than once' },
      ],
    });
  });

  it('lists what is known where a field is not', () => {
    expect(mistakesIn({ name: 'a', size: 1 })).toEqual([
      {
        in: 'body',
        field: 'size',
        problem: 'it is not known here',
        remedy: 'Leave it out, or use one of name, sizes, labels, secret.',
      },
    ]);
  });

  it('never repeats a secret', () => {
    const mistakes = mistakesIn({ name: 'a', secret: 'hunter2' });
    expect(mistakes).toMatchObject([{ field: 'secret' }]);
    expect(JSON.stringify(invalidRequest(mistakes))).not.toContain('hunter2');
  });

  it('cuts a long value and a long list of mistakes', () => {
    expect(mistakesIn({ name: 'x'.repeat(5_000) })[0]?.value).toHaveLength(200);
    expect(mistakesIn({ name: 'a', sizes: Array(5_000).fill('x') })).toHaveLength(100);
  });

  it('in the whole is told of the whole', () => {
    expect(mistakesIn('text')).toMatchObject([{ field: '', remedy: 'Expected: an object.' }]);
  });
});

const kinds = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('a').default('a'), size: z.int().meta({ description: 'a size' }) }),
  z.strictObject({ kind: z.literal('b'), key: z.string().meta({ description: 'a key', writeOnly: true }) }),
  z.strictObject({ kind: z.literal('c'), key: z.string() }),
  z.strictObject({ kind: z.literal('d') }),
]);

it('a field may be called like what every object inherits: it is told as any other', () => {
  const inherited = Object.getOwnPropertyNames(Object.prototype);
  const names = fc.constantFrom(...inherited, 'name', 'sizes', 'labels', 'secret', 'kind', 'size', 'key');
  const { json } = fc.letrec<{ json: string }>((tie) => ({
    json: fc.oneof(
      { depthSize: 'small' },
      fc.constantFrom('1', '"a"', '"d"', 'null'),
      fc.array(tie('json')).map((items) => `[${items}]`),
      fc
        .array(fc.tuple(names, tie('json')))
        .map((members) => `{${members.map(([name, value]) => `"${name}":${value}`)}}`),
    ),
  }));
  fc.assert(
    fc.property(json, fc.constantFrom(schema, kinds), (text, asked) => {
      const parsed = parsePart('body', asked, JSON.parse(text));
      if (!parsed.ok) expect(invalidRequest(parsed.mistakes).detail).not.toBe('');
    }),
  );
  for (const name of inherited) {
    const given = JSON.parse(`{"name":"a","${name}":1}`);
    expect(mistakesIn(given)).toMatchObject([{ field: name, problem: 'it is not known here' }]);
  }
});

it('what a refusal costs is bounded, however much is wrong', () => {
  const toJSON = vi.fn(() => 'x');
  expect(mistakesIn({ name: 'a', sizes: Array(5_000).fill({ toJSON }) })).toHaveLength(100);
  expect(toJSON).toHaveBeenCalledTimes(100);

  toJSON.mockClear();
  const names = Array.from({ length: 5_000 }, (_, index) => `field${index}`);
  const union = z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('small') }),
    z.strictObject({ kind: z.literal('large'), ...Object.fromEntries(names.map((name) => [name, z.int()])) }),
  ]);
  const given = { kind: 'small', ...Object.fromEntries(names.map((name) => [name, { toJSON }])) };
  expect(parsePart('body', union, given)).toMatchObject({ ok: false, mistakes: { length: 100 } });
  expect(toJSON).toHaveBeenCalledTimes(100);
});

describe('a mistake in what may be of several kinds', () => {
  const mistakes = (given: unknown) => {
    const parsed = parsePart('body', kinds, given);
    return parsed.ok ? [] : parsed.mistakes;
  };

  it('is told by the kind that is asked for, and what of it is secret is not repeated', () => {
    expect(mistakes({ size: 'x' })).toMatchObject([
      { field: 'size', value: '"x"', remedy: 'Expected: a size.' },
    ]);
    const [mistake] = mistakes({ kind: 'b', key: 5 });
    expect(mistake).toEqual(expect.objectContaining({ field: 'key', remedy: 'Expected: a key.' }));
    expect(mistake).not.toHaveProperty('value');
  });

  it('says that a field is of another kind, and what there is in this one', () => {
    expect(mistakes({ kind: 'b', key: 'k', size: 7, colour: 1 })).toEqual([
      {
        in: 'body',
        field: 'size',
        value: '7',
        problem: 'what is asked for is of another kind',
        remedy: 'Leave it out, or use one of kind, key.',
      },
      {
        in: 'body',
        field: 'colour',
        problem: 'it is not known here',
        remedy: 'Leave it out, or use one of kind, key.',
      },
    ]);
    expect(mistakes({ size: 1, key: 'hunter2' })).toMatchObject([{ field: 'key' }]);
    for (const kind of ['a', 'd']) {
      expect(JSON.stringify(mistakes({ kind, size: 1, key: 'hunter2' }))).not.toContain('hunter2');
    }
  });

  it('names the field that says the kind', () => {
    expect(mistakes({ kind: 'x', size: 1 })).toMatchObject([{ field: 'kind', value: '"x"' }]);
    expect(mistakes(null)).toMatchObject([{ field: '' }]);
  });
});
