import { readdirSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import avsc from 'avsc';
import { describe, expect, it } from 'vitest';
import { SUBJECT_SCHEMAS } from './schemas.ts';

const schemasFolder = new URL('../../../schemas/', import.meta.url);
const read = (path: string) => JSON.parse(readFileSync(new URL(path, schemasFolder), 'utf8'));
const typeOf = (schema: unknown) => avsc.Type.forSchema(schema as avsc.Schema, { wrapUnions: 'auto' });

const records = readdirSync(schemasFolder)
  .filter((name) => name.endsWith('.avsc'))
  .map((name) => basename(name, '.avsc'));
const released = records.flatMap((record) =>
  readdirSync(new URL(`released/${record}/`, schemasFolder)).map((file) => ({
    record,
    version: basename(file, '.avsc'),
  })),
);

describe('schemas', () => {
  it('are all registered under a subject', () => {
    const named = SUBJECT_SCHEMAS.map(({ schema }) => (schema as { name: string }).name).sort();
    expect(named).toEqual(records.map((record) => read(`${record}.avsc`).name).sort());
  });

  it.each(records)('%s stands released as it is written today', (record) => {
    const versions = released.filter((entry) => entry.record === record);
    const latest = read(`released/${record}/v${versions.length}.avsc`);
    expect(latest).toEqual(read(`${record}.avsc`));
  });

  it.each(released)('$record $version is read by the code of today, and reads what it writes', (entry) => {
    const current = typeOf(read(`${entry.record}.avsc`));
    const old = typeOf(read(`released/${entry.record}/${entry.version}.avsc`));
    expect(() => current.createResolver(old)).not.toThrow();
    expect(() => old.createResolver(current)).not.toThrow();
  });

  it.each(released)('$record $version still has its golden bytes', ({ record, version }) => {
    const golden = read(`golden/${record}.${version}.json`);
    const type = typeOf(read(`released/${record}/${version}.avsc`));
    const value = type.clone(golden.value, { coerceBuffers: true });
    expect(type.toBuffer(value).toString('hex')).toBe(golden.bytes);
    expect(type.isValid(type.fromBuffer(Buffer.from(golden.bytes, 'hex')))).toBe(true);
  });

  it.each(records)('%s says what each field means', (record) => {
    const undocumented: string[] = [];
    visit(read(`${record}.avsc`), undocumented);
    expect(undocumented).toEqual([]);
  });

  it.each(records)('%s gives every enum UNKNOWN for symbols that are still to come', (record) => {
    const enums = JSON.stringify(read(`${record}.avsc`)).match(/"type":"enum"/g)?.length ?? 0;
    const open = JSON.stringify(read(`${record}.avsc`)).match(
      /"symbols":\["UNKNOWN"[^\]]*\],"default":"UNKNOWN"/g,
    );
    expect(open?.length ?? 0).toBe(enums);
  });
});

describe('a reader that is older than the writer', () => {
  it('reads a symbol that it does not know as UNKNOWN', () => {
    const current = read('publication-event.avsc');
    const newer = structuredClone(current);
    newer.fields[1].type.symbols.push('ARCHIVED');
    const value = { ...typeOf(current).clone(read('golden/publication-event.v1.json').value) };
    const bytes = typeOf(newer).toBuffer({ ...value, event_type: 'ARCHIVED' });
    const reader = typeOf(current);
    expect(reader.fromBuffer(bytes, reader.createResolver(typeOf(newer)))).toMatchObject({
      event_type: 'UNKNOWN',
    });
  });
});

type Node = { name?: string; doc?: string; fields?: Node[]; type?: unknown; items?: unknown };

function visit(node: unknown, undocumented: string[]): void {
  if (Array.isArray(node)) for (const branch of node) visit(branch, undocumented);
  if (typeof node !== 'object' || node === null || Array.isArray(node)) return;
  const { fields = [], type, items, name, doc } = node as Node;
  if (name !== undefined && !doc) undocumented.push(name);
  for (const field of fields) visit(field, undocumented);
  visit(type, undocumented);
  visit(items, undocumented);
}
