import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';

export type JsonObject = Readonly<Record<string, unknown>>;

/** Writes zod schemas as JSON Schema, those with an id once, as components. */
export interface SchemaWriter {
  /** What may be sent. */
  input(schema: z.ZodType): JsonObject;
  /** What is answered; a reader has to bear fields that it does not know, so that an answer can grow. */
  output(schema: z.ZodType): JsonObject;
  /** All that was met so far, by id. */
  components(): JsonObject;
}

const PREFIX = '#/components/schemas/';

export function createSchemaWriter(): SchemaWriter {
  const components = new Map<string, JsonObject>();

  function add(id: string, schema: JsonObject): void {
    const known = components.get(id);
    if (known && !isDeepStrictEqual(known, schema)) throw new Error(`two schemas have the id ${id}`);
    components.set(id, schema);
  }

  function write(schema: z.ZodType, io: 'input' | 'output'): JsonObject {
    const { $schema, $defs, ...own } = z.toJSONSchema(schema, {
      io,
      override: ({ zodSchema, jsonSchema }) => {
        if (io === 'output' && jsonSchema.additionalProperties === false)
          delete jsonSchema.additionalProperties;
        if (zodSchema instanceof z.ZodDiscriminatedUnion && !isToldApart(zodSchema)) {
          jsonSchema.anyOf = jsonSchema.oneOf ?? [];
          delete jsonSchema.oneOf;
        }
        // A query string has numbers as text; the meta of such a field says what the text is read as.
        if (jsonSchema.type === 'integer') delete jsonSchema.pattern;
      },
    });
    for (const [id, definition] of Object.entries($defs ?? {})) add(id, pointed(definition) as JsonObject);
    return pointed(own) as JsonObject;
  }

  return {
    input: (schema) => write(schema, 'input'),
    output: (schema) => write(schema, 'output'),
    components: () => Object.fromEntries([...components].toSorted(([a], [b]) => a.localeCompare(b))),
  };
}

/** Where the kind may be left out it does not tell the members apart, and tools must not be led to go by it. */
function isToldApart(union: z.ZodDiscriminatedUnion): boolean {
  const { discriminator, options } = union.def;
  return options.every(
    (option) => option instanceof z.ZodObject && !option.shape[discriminator].safeParse(undefined).success,
  );
}

/** References as OpenAPI has them. */
function pointed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(pointed);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, item]) =>
    key === '$ref' ? [key, String(item).replace('#/$defs/', PREFIX)] : [key, pointed(item)],
  );
  return Object.fromEntries(entries);
}
