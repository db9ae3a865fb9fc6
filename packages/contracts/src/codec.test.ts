import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createDecoder, encoderWithId } from './codec.ts';
import type { SchemaLookup, SchemaSource } from './schema-registry.ts';

const point = {
  type: 'record',
  name: 'Point',
  namespace: 'test',
  fields: [
    { name: 'x', type: 'long' },
    { name: 'label', type: ['null', 'string'], default: null },
  ],
};
const renamedWithoutLabel = { ...point, name: 'Point', namespace: 'elsewhere', fields: [point.fields[0]] };
const unrelated = { type: 'record', name: 'Other', fields: [{ name: 'y', type: 'string' }] };
const subjectSchema = { subject: 'points-value', schema: point };

interface Point {
  x: number;
  label: string | null;
}

function sourceOf(lookups: Record<number, SchemaLookup>): SchemaSource & { asked: number[] } {
  const asked: number[] = [];
  return {
    asked,
    async schemaById(id) {
      asked.push(id);
      return lookups[id] ?? { kind: 'unknown' };
    },
    async idOf() {
      return 1;
    },
  };
}

/** avsc's longs are exact to 2^52: far beyond any time, size or offset. */
const exactLong = fc.integer({ min: -(2 ** 52), max: 2 ** 52 });

const source = () =>
  sourceOf({
    1: { kind: 'schema', schema: point },
    2: { kind: 'schema', schema: unrelated },
    3: { kind: 'schema', schema: renamedWithoutLabel },
  });
const encoder = encoderWithId<Point>(1, subjectSchema);

describe('the decoder', () => {
  it('gives back what was encoded', async () => {
    const decoder = createDecoder<Point>({ source: source(), subjectSchema });
    await fc.assert(
      fc.asyncProperty(exactLong, fc.option(fc.string()), async (x, label) => {
        expect(await decoder.decode(encoder.encode({ x, label }))).toEqual({ ok: true, value: { x, label } });
      }),
    );
  });

  it('gives back a record of any size, and keeps each one whole when the next is encoded', async () => {
    const decoder = createDecoder<Point>({ source: source(), subjectSchema });
    const values = [0, 1_000, 1_100, 65_500, 65_536, 200_000].map((length) => ({
      x: length,
      label: 'é'.repeat(length / 2),
    }));
    const encoded = values.map((value) => encoder.encode(value));
    for (const [index, bytes] of encoded.entries()) {
      expect(await decoder.decode(bytes)).toEqual({ ok: true, value: values[index] });
    }
  });

  it('asks the registry once for each writer and then answers at once', async () => {
    const registry = source();
    const decoder = createDecoder<Point>({ source: registry, subjectSchema });
    const bytes = encoder.encode({ x: 1, label: null });
    await Promise.all([decoder.decode(bytes), decoder.decode(bytes)]);
    expect(decoder.decode(bytes)).toEqual({ ok: true, value: { x: 1, label: null } });
    expect(registry.asked).toEqual([1]);
  });

  it('reads a writer of another namespace and an older shape', async () => {
    const old = encoderWithId<{ x: number }>(3, { subject: '', schema: renamedWithoutLabel });
    const decoder = createDecoder<Point>({ source: source(), subjectSchema });
    expect(await decoder.decode(old.encode({ x: 7 }))).toEqual({ ok: true, value: { x: 7, label: null } });
  });

  it.each([
    ['a record without value', null, 'empty'],
    ['an empty record', Buffer.alloc(0), 'empty'],
    ['a record shorter than the wire header', Buffer.from([0, 0]), 'too_short'],
    ['a record of another format', Buffer.from('{"json":true}'), 'foreign_format'],
    ['an id that nobody registered', Buffer.from([0, 0, 0, 0, 99, 1]), 'unknown_schema'],
    ['a writer that cannot be resolved', Buffer.from([0, 0, 0, 0, 2, 0]), 'incompatible_schema'],
    ['a body that is cut', Buffer.from([0, 0, 0, 0, 1]), 'corrupt'],
    [
      'a body that goes on',
      Buffer.concat([encoder.encode({ x: 1, label: null }), Buffer.from([1])]),
      'corrupt',
    ],
  ])('types %s as a failure', async (_, bytes, reason) => {
    const decoder = createDecoder<Point>({ source: source(), subjectSchema });
    expect(await decoder.decode(bytes)).toMatchObject({ ok: false, reason });
  });

  it('never throws, whatever the bytes', async () => {
    const decoder = createDecoder<Point>({ source: source(), subjectSchema });
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 40 }), fc.constantFrom(0, 1, 2, 3, 9), async (body, id) => {
        const decoded = await decoder.decode(Buffer.concat([Buffer.from([0, 0, 0, 0, id]), body]));
        expect(typeof decoded.ok).toBe('boolean');
      }),
    );
  });

  it('waits for a registry that is away: a stall, not poison', async () => {
    const registry = source();
    let failures = 3;
    const stalls: unknown[] = [];
    const decoder = createDecoder<Point>({
      source: {
        ...registry,
        schemaById: (id) => (failures-- > 0 ? Promise.reject(new Error('away')) : registry.schemaById(id)),
      },
      subjectSchema,
      retryMs: 1,
      onStall: (error) => stalls.push(error),
    });
    expect(await decoder.decode(encoder.encode({ x: 5, label: 'a' }))).toMatchObject({ ok: true });
    expect(stalls).toHaveLength(3);
  });

  it('ends the waiting when it is told to', async () => {
    const stop = new AbortController();
    const decoder = createDecoder<Point>({
      source: { ...source(), schemaById: () => Promise.reject(new Error('away')) },
      subjectSchema,
      signal: stop.signal,
      onStall: () => stop.abort(),
    });
    await expect(decoder.decode(encoder.encode({ x: 5, label: null }))).rejects.toThrow();
  });

  it('believes "no such id" for a while only, so that a late registration is seen', async () => {
    let nowMs = 0;
    const lookups: Record<number, SchemaLookup> = {};
    const registry = sourceOf(lookups);
    const decoder = createDecoder<Point>({
      source: registry,
      subjectSchema,
      now: () => nowMs,
      unknownTtlMs: 100,
    });
    const bytes = encoder.encode({ x: 1, label: null });
    expect(await decoder.decode(bytes)).toMatchObject({ reason: 'unknown_schema' });
    expect(await decoder.decode(bytes)).toMatchObject({ reason: 'unknown_schema' });
    expect(registry.asked).toEqual([1]);
    lookups[1] = { kind: 'schema', schema: point };
    nowMs = 101;
    expect(await decoder.decode(bytes)).toMatchObject({ ok: true });
  });
});

describe('the encoder', () => {
  it('refuses a value that does not fit, naming the field', () => {
    expect(() => encoder.encode({ x: 'one', label: null } as never)).toThrow(/x/);
  });
});
