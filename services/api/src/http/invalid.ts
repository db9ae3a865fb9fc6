import type { Problem } from '@herald/service-kit/problem';
import { z } from 'zod';

/** One thing that is wrong with a request, in a form that can be shown to a person. */
export interface Mistake {
  in: 'path' | 'query' | 'body' | 'header';
  /** Path from the root, e.g. `subscription.event_types[0]`; empty for the whole. */
  field: string;
  /** The value as JSON, cut at 200 characters; left out where there is none, or where it is a secret. */
  value?: string;
  problem: string;
  remedy: string;
}

const MAX_MISTAKES = 100;
const MAX_VALUE_CHARS = 200;
const SECRET_FIELDS = new Set(['secret']);

export function invalidRequest(mistakes: readonly Mistake[]): Problem {
  return {
    status: 400,
    code: 'invalid_request',
    title: 'The request is not valid',
    detail: mistakes
      .map(({ field, problem, remedy }) => `${field || 'body'}: ${problem}. ${remedy}`)
      .join(' '),
    errors: mistakes,
  };
}

/** Parses a part of a request; all its mistakes at once, each with what the schema's description expects. */
export function parsePart<S extends z.ZodType>(
  part: Mistake['in'],
  schema: S,
  given: unknown,
): { ok: true; value: z.output<S> } | { ok: false; mistakes: Mistake[] } {
  const parsed = schema.safeParse(given);
  if (parsed.success) return { ok: true, value: parsed.data };
  const mistakes = parsed.error.issues.flatMap((issue) => mistakesOf(part, schema, given, issue));
  return { ok: false, mistakes: mistakes.slice(0, MAX_MISTAKES) };
}

function mistakesOf(
  part: Mistake['in'],
  schema: z.ZodType,
  given: unknown,
  issue: z.core.$ZodIssue,
): Mistake[] {
  if (issue.code === 'unrecognized_keys') {
    const at = schemaAt(schema, issue.path).reached;
    const known = at instanceof z.ZodObject ? Object.keys(at.shape).join(', ') : '';
    return issue.keys.map((key) => ({
      in: part,
      field: fieldName([...issue.path, key]),
      problem: 'it is not known here',
      remedy: known === '' ? 'Leave it out.' : `Leave it out, or use one of ${known}.`,
    }));
  }
  const field = fieldName(issue.path);
  const value = shown(issue.path, given);
  return [
    {
      in: part,
      field,
      ...(value === undefined ? {} : { value }),
      problem: isMissing(issue, given) ? 'it is missing' : issue.message,
      remedy: remedyOf(schemaAt(schema, issue.path).described),
    },
  ];
}

function isMissing(issue: z.core.$ZodIssue, given: unknown): boolean {
  return issue.path.length > 0 && valueAt(issue.path, given) === undefined;
}

interface Description {
  description?: string | undefined;
  example?: unknown;
}

function remedyOf({ description, example }: Description): string {
  const expected = description ? `Expected: ${description}.` : 'Send JSON of the documented form.';
  return example === undefined ? expected : `${expected} For example ${JSON.stringify(example)}.`;
}

/** The schema at a path, as far as there is one, and the nearest description on the way. */
function schemaAt(
  root: z.ZodType,
  path: readonly PropertyKey[],
): { reached: z.ZodType; described: Description } {
  let reached = unwrap(root);
  let described: Description = descriptionOf(root);
  for (const segment of path) {
    const next = childOf(reached, segment);
    if (!next) break;
    const own = descriptionOf(next);
    if (own.description !== undefined) described = own;
    reached = unwrap(next);
  }
  return { reached, described };
}

function descriptionOf(schema: z.ZodType): Description {
  const { description, examples } = schema.meta() ?? {};
  return { description, example: Array.isArray(examples) ? examples[0] : undefined };
}

function childOf(schema: z.ZodType, segment: PropertyKey): z.ZodType | undefined {
  if (schema instanceof z.ZodObject) return schema.shape[String(segment)] as z.ZodType | undefined;
  if (schema instanceof z.ZodArray) return schema.element as z.ZodType;
  if (schema instanceof z.ZodRecord) return schema.valueType as z.ZodType;
  return undefined;
}

function unwrap(schema: z.ZodType): z.ZodType {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodNullable || schema instanceof z.ZodDefault) {
    return unwrap(schema.unwrap() as z.ZodType);
  }
  return schema instanceof z.ZodPipe ? unwrap(schema.in as z.ZodType) : schema;
}

function fieldName(path: readonly PropertyKey[]): string {
  return path.reduce<string>((name, segment) => {
    if (typeof segment === 'number') return `${name}[${segment}]`;
    return name === '' ? String(segment) : `${name}.${String(segment)}`;
  }, '');
}

function shown(path: readonly PropertyKey[], given: unknown): string | undefined {
  if (path.some((segment) => SECRET_FIELDS.has(String(segment)))) return undefined;
  if (path.length === 0) return undefined;
  return JSON.stringify(valueAt(path, given))?.slice(0, MAX_VALUE_CHARS);
}

function valueAt(path: readonly PropertyKey[], given: unknown): unknown {
  return path.reduce<unknown>(
    (value, segment) => (value as Record<PropertyKey, unknown> | undefined)?.[segment],
    given,
  );
}
