import { describe, expect, inject, it } from 'vitest';
import { createDecoder, createEncoder } from './codec.ts';
import { connectSchemaRegistry } from './schema-registry.ts';
import { SUBJECT_SCHEMAS } from './schemas.ts';

const { registryUrl } = inject('stack');
const point = { type: 'record', name: 'Point', fields: [{ name: 'x', type: 'long' }] };
const withLabel = {
  ...point,
  fields: [...point.fields, { name: 'label', type: ['null', 'string'], default: null }],
};
const withMandatoryLabel = { ...point, fields: [...point.fields, { name: 'label', type: 'string' }] };

let subjects = 0;
const newSubject = () => `contracts-test-${process.pid}-${Date.now()}-${subjects++}-value`;

describe('the schema registry client', () => {
  it('applies every schema of Herald, and applying again changes nothing', async () => {
    const registry = connectSchemaRegistry({ url: registryUrl });
    const ids = [];
    for (const subjectSchema of SUBJECT_SCHEMAS) ids.push(await registry.apply(subjectSchema));
    const again = connectSchemaRegistry({ url: registryUrl });
    for (const [index, subjectSchema] of SUBJECT_SCHEMAS.entries()) {
      expect(await again.apply(subjectSchema)).toBe(ids[index]);
      expect(await again.idOf(subjectSchema)).toBe(ids[index]);
    }
  });

  it('lets several apply a new schema at once', async () => {
    const subject = newSubject();
    const all = Array.from({ length: 6 }, () => connectSchemaRegistry({ url: registryUrl }));
    const ids = await Promise.all(all.map((registry) => registry.apply({ subject, schema: point })));
    expect(new Set(ids).size).toBe(1);
  });

  it('accepts a new optional field, refuses one that old records lack', async () => {
    const registry = connectSchemaRegistry({ url: registryUrl });
    const subject = newSubject();
    await registry.apply({ subject, schema: point });
    await registry.apply({ subject, schema: withLabel });
    await expect(registry.apply({ subject, schema: withMandatoryLabel })).rejects.toThrow();
  });

  it('names the remedy where a schema is not registered', async () => {
    const registry = connectSchemaRegistry({ url: registryUrl });
    const subject = newSubject();
    await expect(registry.idOf({ subject, schema: point })).rejects.toThrow(/herald schemas apply/);
  });

  it('lets a reader of today read what the writer of yesterday wrote', async () => {
    const registry = connectSchemaRegistry({ url: registryUrl });
    const subject = newSubject();
    await registry.apply({ subject, schema: point });
    await registry.apply({ subject, schema: withLabel });
    const yesterday = await createEncoder<{ x: number }>(registry, { subject, schema: point });
    const today = createDecoder({ source: registry, subjectSchema: { subject, schema: withLabel } });
    expect(await today.decode(yesterday.encode({ x: 4 }))).toEqual({
      ok: true,
      value: { x: 4, label: null },
    });
  });

  it('tells an id that nobody registered from a registry that is away', async () => {
    expect(await connectSchemaRegistry({ url: registryUrl }).schemaById(123_456_789)).toEqual({
      kind: 'unknown',
    });
    const away = connectSchemaRegistry({ url: 'http://127.0.0.1:1', timeoutMs: 2_000 });
    await expect(away.schemaById(1)).rejects.toThrow();
  });
});
