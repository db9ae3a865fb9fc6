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
  // Cut before each is worked out too: what is refused must not cost more the more is wrong with it.
  const issues = parsed.error.issues.slice(0, MAX_MISTAKES);
  const mistakes = issues.flatMap((issue) => mistakesOf(part, schema, given, issue));
  return { ok: false, mistakes: mistakes.slice(0, MAX_MISTAKES) };
}

function mistakesOf(
  part: Mistake['in'],
  schema: z.ZodType,
  given: unknown,
  issue: z.core.$ZodIssue,
): Mistake[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.slice(0, MAX_MISTAKES).map((key) => strangerOf(part, schema, given, issue, key));
  }
  const field = fieldName(issue.path);
  const at = schemaAt(schema, issue.path, given);
  const value = shown(issue.path, given, at.isSecret);
  const isRepeated = part === 'query' && Array.isArray(valueAt(issue.path, given));
  return [
    {
      in: part,
      field,
      ...(value === undefined ? {} : { value }),
      problem: isRepeated
        ? 'it is given more than once'
        : isMissing(issue, given)
          ? 'it is missing'
          : issue.message,
      remedy: ownRemedy(issue) ?? remedyOf(at.described),
    },
  ];
}

/** A field that its object does not have, or does not have in the kind that is asked for. */
function strangerOf(
  part: Mistake['in'],
  schema: z.ZodType,
  given: unknown,
  { path }: z.core.$ZodIssue,
  key: string,
): Mistake {
  const { reached, union } = schemaAt(schema, path, given);
  const elsewhere = (union?.options ?? []).flatMap(
    (option) => childOf(option as z.ZodType, key, undefined) ?? [],
  );
  const value = elsewhere.length === 0 ? undefined : shown([...path, key], given, elsewhere.some(isSecret));
  const known = reached instanceof z.ZodObject ? Object.keys(reached.shape).join(', ') : '';
  return {
    in: part,
    field: fieldName([...path, key]),
    ...(value !== undefined && { value }),
    problem: elsewhere.length > 0 ? 'what is asked for is of another kind' : 'it is not known here',
    remedy: known === '' ? 'Leave it out.' : `Leave it out, or use one of ${known}.`,
  };
}

/** A check that knows better what to do than the description of the field. */
function ownRemedy(issue: z.core.$ZodIssue): string | undefined {
  const remedy: unknown = issue.code === 'custom' ? issue.params?.remedy : undefined;
  return typeof remedy === 'string' ? remedy : undefined;
}

/** A check of our own that is about a field that may be left out says better why it should not have been. */
function isMissing(issue: z.core.$ZodIssue, given: unknown): boolean {
  return issue.code !== 'custom' && valueAt(issue.path, given) === undefined;
}

interface Description {
  description?: string | undefined;
  example?: unknown;
}

function remedyOf({ description, example }: Description): string {
  const expected = description ? `Expected: ${description}.` : 'Send JSON of the documented form.';
  return example === undefined ? expected : `${expected} For example ${JSON.stringify(example)}.`;
}

interface Place {
  /** Of a union, the member that the value is of. */
  reached: z.ZodType;
  /** The union that `reached` is a member of. */
  union: z.ZodDiscriminatedUnion | undefined;
  described: Description;
  isSecret: boolean;
}

/** The schema at a path, as far as there is one, and the nearest description on the way. */
function schemaAt(root: z.ZodType, path: readonly PropertyKey[], given: unknown): Place {
  let value = given;
  let place = placeOf(root, value);
  for (const segment of path) {
    const next = childOf(place.union ?? place.reached, segment, value);
    if (!next) break;
    value = ownMember(value, segment);
    const { described, ...rest } = placeOf(next, value);
    place = { ...rest, described: described.description === undefined ? place.described : described };
  }
  return place;
}

function placeOf(schema: z.ZodType, value: unknown): Place {
  const unwrapped = unwrap(schema);
  const union = unwrapped instanceof z.ZodDiscriminatedUnion ? unwrapped : undefined;
  const member = union && memberOf(union, value);
  return {
    reached: member ?? unwrapped,
    union,
    described: descriptionOf(member ?? schema),
    isSecret: isSecret(schema),
  };
}

/** The member that the value says it is of; undefined where it says something else. */
function memberOf(union: z.ZodDiscriminatedUnion, value: unknown): z.ZodType | undefined {
  const { discriminator } = union.def;
  const said = (value as Record<string, unknown> | undefined | null)?.[discriminator];
  return union.options.find((option) => {
    const says = (option as z.ZodObject).shape?.[discriminator] as z.ZodType | undefined;
    return says?.safeParse(said).success;
  }) as z.ZodType | undefined;
}

/** The value is never repeated: `writeOnly`, as OpenAPI has it. */
function isSecret(schema: z.ZodType): boolean {
  return layersOf(schema).some((layer) => layer.meta()?.writeOnly === true);
}

function descriptionOf(schema: z.ZodType): Description {
  const described = layersOf(schema).find((layer) => layer.meta()?.description !== undefined);
  const { description, examples } = described?.meta() ?? {};
  return { description, example: Array.isArray(examples) ? examples[0] : undefined };
}

function childOf(schema: z.ZodType, segment: PropertyKey, value: unknown): z.ZodType | undefined {
  if (schema instanceof z.ZodDiscriminatedUnion) {
    const member = memberOf(schema, value) ?? (schema.options[0] as z.ZodType | undefined);
    return member && childOf(member, segment, value);
  }
  if (schema instanceof z.ZodObject) return ownMember(schema.shape, segment) as z.ZodType | undefined;
  if (schema instanceof z.ZodArray) return schema.element as z.ZodType;
  if (schema instanceof z.ZodRecord) return schema.valueType as z.ZodType;
  return undefined;
}

function unwrap(schema: z.ZodType): z.ZodType {
  return layersOf(schema).at(-1) as z.ZodType;
}

/** A schema with those that it is made of by making them optional, nullable or the like: what is said of one is of all. */
function layersOf(schema: z.ZodType): z.ZodType[] {
  const within = withinOf(schema);
  return within ? [schema, ...layersOf(within)] : [schema];
}

function withinOf(schema: z.ZodType): z.ZodType | undefined {
  if (
    schema instanceof z.ZodOptional ||
    schema instanceof z.ZodNullable ||
    schema instanceof z.ZodDefault ||
    schema instanceof z.ZodPrefault
  ) {
    return schema.unwrap() as z.ZodType;
  }
  return schema instanceof z.ZodPipe ? (schema.in as z.ZodType) : undefined;
}

function fieldName(path: readonly PropertyKey[]): string {
  return path.reduce<string>((name, segment) => {
    if (typeof segment === 'number') return `${name}[${segment}]`;
    return name === '' ? String(segment) : `${name}.${String(segment)}`;
  }, '');
}

function shown(path: readonly PropertyKey[], given: unknown, isSecret: boolean): string | undefined {
  if (isSecret || path.length === 0) return undefined;
  return JSON.stringify(valueAt(path, given))?.slice(0, MAX_VALUE_CHARS);
}

function valueAt(path: readonly PropertyKey[], given: unknown): unknown {
  return path.reduce<unknown>(ownMember, given);
}

/** Never what every object inherits: a client may call a field `constructor`. */
function ownMember(value: unknown, name: PropertyKey): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
  return (value as Record<PropertyKey, unknown>)[name];
}
