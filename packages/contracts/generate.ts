/**
 * Writes `src/generated/*.ts` from `schemas/*.avsc`: for each record its TypeScript type and its schema as a value, so
 * that a published package carries its schemas without reading files. `--check` fails where a file is not current.
 */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

type AvroField = { name: string; type: AvroType; doc?: string; default?: unknown };
type AvroRecord = { type: 'record'; name: string; doc?: string; fields: AvroField[] };
type AvroType =
  | string
  | AvroType[]
  | AvroRecord
  | { type: 'enum'; name: string; doc?: string; symbols: string[] }
  | { type: 'array'; items: AvroType }
  | { type: 'map'; values: AvroType }
  | { type: 'long' | 'int'; logicalType: string };

const PRIMITIVES: Record<string, string> = {
  null: 'null',
  string: 'string',
  boolean: 'boolean',
  int: 'number',
  long: 'number',
  float: 'number',
  double: 'number',
  bytes: 'Buffer',
};

const schemasFolder = new URL('../../schemas/', import.meta.url);
const outputFolder = new URL('./src/generated/', import.meta.url);
const check = process.argv.includes('--check');
const stale: string[] = [];

mkdirSync(outputFolder, { recursive: true });
const sources = readdirSync(schemasFolder).filter((name) => name.endsWith('.avsc'));
for (const source of sources) {
  const schema = JSON.parse(readFileSync(new URL(source, schemasFolder), 'utf8')) as AvroRecord;
  emit(source.replace('.avsc', '.ts'), moduleOf(source, schema));
}
if (stale.length > 0) {
  console.error(
    `Not current: ${stale.join(', ')} in packages/contracts/src/generated. Run: npm run generate`,
  );
  process.exit(1);
}
console.log(`${sources.length} schemas, ${check ? 'all current' : 'written'}`);

function emit(name: string, text: string): void {
  const file = fileURLToPath(new URL(name, outputFolder));
  if (!check) {
    writeFileSync(file, text);
    return;
  }
  let current = '';
  try {
    current = readFileSync(file, 'utf8');
  } catch {
    // A file that is missing is not current.
  }
  if (current !== text) stale.push(name);
}

function moduleOf(source: string, schema: AvroRecord): string {
  const declarations: string[] = [];
  declare(schema, declarations);
  const constant = `${schema.name[0]?.toLowerCase()}${schema.name.slice(1)}Schema`;
  return [
    `// Generated from schemas/${source} by \`npm run generate\`. Do not edit.`,
    '',
    ...declarations,
    `export const ${constant} = ${JSON.stringify(schema, null, 2)} as const;`,
    '',
  ].join('\n');
}

function declare(schema: AvroRecord, declarations: string[]): void {
  const fields = schema.fields.map(
    (field) => `${comment(field.doc, '  ')}  ${field.name}: ${typeOf(field.type, declarations)};`,
  );
  declarations.push(`${comment(schema.doc, '')}export interface ${schema.name} {\n${fields.join('\n')}\n}\n`);
}

function typeOf(type: AvroType, declarations: string[]): string {
  if (typeof type === 'string') return PRIMITIVES[type] ?? type;
  if (Array.isArray(type)) return type.map((branch) => typeOf(branch, declarations)).join(' | ');
  switch (type.type) {
    case 'record':
      declare(type as AvroRecord, declarations);
      return (type as AvroRecord).name;
    case 'enum': {
      const { name, doc, symbols } = type as { name: string; doc?: string; symbols: string[] };
      const union = symbols.map((symbol) => `'${symbol}'`).join(' | ');
      declarations.push(`${comment(doc, '')}export type ${name} = ${union};\n`);
      return name;
    }
    case 'array':
      return `Array<${typeOf((type as { items: AvroType }).items, declarations)}>`;
    case 'map':
      return `Record<string, ${typeOf((type as { values: AvroType }).values, declarations)}>`;
    default:
      return PRIMITIVES[type.type] as string;
  }
}

function comment(doc: string | undefined, indent: string): string {
  return doc ? `${indent}/** ${doc} */\n` : '';
}
