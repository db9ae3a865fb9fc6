import {
  FILTER_FIELDS,
  type Field,
  type FieldType,
  fieldAt,
  METADATA_PREFIX,
  nearestField,
  OPERATORS_OF,
  TYPE_NAMES,
} from './fields.ts';
import type { Comparison, Operator, Scalar } from './filter.ts';
import { normalTime } from './normal-time.ts';

/** What is wrong at one place of a filter. */
export interface FilterMistake {
  /** From the root of the filter. */
  path: readonly (string | number)[];
  problem: string;
  /** What to write instead. */
  remedy: string;
}

/** Takes a mistake down, and is what came of parsing there: nothing. */
export type Note = (path: FilterMistake['path'], problem: string, remedy: string) => undefined;

type Path = FilterMistake['path'];

/** How much a filter may be. */
export interface FilterBounds {
  depth: number;
  nodes: number;
  /** As JSON. */
  bytes: number;
  inValues: number;
  valueChars: number;
}

export interface ComparisonParsing {
  note: Note;
  bounds: FilterBounds;
}

/** What a comparison is of: a field that there is, and an operator that fits it. */
interface Subject {
  name: string;
  field: Field;
  op: Operator;
}

export function parseComparison(
  given: Readonly<Record<string, unknown>>,
  path: Path,
  { note, bounds }: ComparisonParsing,
): Comparison | undefined {
  const unknown = Object.keys(given).filter((key) => key !== 'field' && key !== 'op' && key !== 'value');
  for (const key of unknown) {
    note([...path, key], 'it is not known here', 'A comparison has field, op and value: leave it out.');
  }
  const subject = parseSubject(given, path, note);
  if (!subject) return undefined;
  const { name, op } = subject;
  const at = [...path, 'value'];
  if (op === 'exists') {
    const contrary = 'Leave it out; for the contrary write {"not": { … }} around the comparison.';
    return given.value === undefined ? { field: name, op } : note(at, 'exists takes no value', contrary);
  }
  const value =
    op === 'in'
      ? parseValues(given.value, subject, at, { note, bounds })
      : parseValue(given.value, subject, at, { note, bounds });
  // The operator says which kind of value there is.
  return value === undefined ? undefined : ({ field: name, op, value } as Comparison);
}

function parseSubject(given: Readonly<Record<string, unknown>>, path: Path, note: Note): Subject | undefined {
  const name = given.field;
  const field = typeof name === 'string' ? fieldAt(name) : undefined;
  if (typeof name !== 'string' || !field) {
    const all = `Fields are ${[...FILTER_FIELDS.keys()].join(', ')} and ${METADATA_PREFIX}<key>.`;
    const nearest = typeof name === 'string' ? nearestField(name) : undefined;
    const problem = name === undefined ? 'it is missing' : 'it is no field of a message';
    return note([...path, 'field'], problem, nearest ? `Did you mean ${nearest}? ${all}` : all);
  }
  const allowed = OPERATORS_OF[field.type];
  const op = allowed.find((each) => each === given.op);
  if (op) return { name, field, op };
  const problem = given.op === undefined ? 'it is missing' : `it is no operator for ${name}`;
  return note(
    [...path, 'op'],
    problem,
    `${name} holds ${TYPE_NAMES[field.type]}: use ${allowed.join(', ')}.`,
  );
}

function parseValues(
  given: unknown,
  subject: Subject,
  path: Path,
  parsing: ComparisonParsing,
): Scalar[] | undefined {
  const { note, bounds } = parsing;
  const remedy = `List 1 to ${bounds.inValues} values.`;
  if (!Array.isArray(given)) return note(path, 'it is no list', remedy);
  if (given.length === 0) return note(path, 'it is empty', remedy);
  if (given.length > bounds.inValues)
    return note(path, `it holds more than ${bounds.inValues} values`, remedy);
  const values = given.map((each, index) => parseValue(each, subject, [...path, index], parsing));
  return values.every((each) => each !== undefined) ? values : undefined;
}

function parseValue(
  given: unknown,
  subject: Subject,
  path: Path,
  { note, bounds }: ComparisonParsing,
): Scalar | undefined {
  const { name, op } = subject;
  const { type, values } = subject.field;
  const wanted = TYPE_NAMES[type === 'texts' ? 'text' : type];
  if (given === undefined) return note(path, 'it is missing', `Give ${wanted} to compare ${name} with.`);
  if (given === null) {
    const remedy = `To ask that ${name} has nothing, write {"not": {"field": ${JSON.stringify(name)}, "op": "exists"}}.`;
    return note(path, 'it is null', remedy);
  }
  const read = readScalar(given, type);
  if (read === undefined) {
    return note(path, `it is not ${wanted}`, `${name} holds ${TYPE_NAMES[type]}: give ${wanted}.`);
  }
  if (typeof read === 'number') return read;
  if (read.length > bounds.valueChars) {
    return note(path, `it is longer than ${bounds.valueChars} characters`, 'Compare with less of it.');
  }
  if (!read.isWellFormed()) return note(path, 'it holds half of a surrogate pair', 'Send it as UTF-8.');
  const isWhole = op === 'eq' || op === 'ne' || op === 'in';
  if (isWhole && values && !values.includes(read)) {
    return note(path, `${name} is never that`, `It is one of ${values.join(', ')}.`);
  }
  return read;
}

function readScalar(given: unknown, type: FieldType): Scalar | undefined {
  // -0 would come back from JSON as 0.
  if (type === 'number') return typeof given === 'number' && Number.isFinite(given) ? given + 0 : undefined;
  if (typeof given !== 'string') return undefined;
  return type === 'time' ? normalTime(given) : given;
}
