import { FIELD_REMEDIES } from './event-input.ts';
import type { FieldProblem } from './parse-event.ts';

/** More than any part of an event has, by so much that what is not known in it can still be told by name. */
const MAX_MEMBERS = 150;

/** The parts of an event that can have any number of members, as they come in. */
const PARTS: readonly (readonly string[])[] = [
  [],
  ['channel'],
  ['content'],
  ['content', 'media_urls'],
  ['result'],
  ['metadata'],
];

/** Whether it is no part of any event: to look at so many members, one by one, would hold up everybody else. */
export function hasTooManyMembers(value: unknown): boolean {
  if (Array.isArray(value)) return value.length > MAX_MEMBERS;
  return typeof value === 'object' && value !== null && Object.keys(value).length > MAX_MEMBERS;
}

/** The parts that are too large to be looked at. */
export function oversizedParts(input: unknown): FieldProblem[] {
  return PARTS.filter((path) => hasTooManyMembers(partAt(input, path))).map((path) => {
    const field = path.join('.');
    return {
      field,
      value: undefined,
      problem: `it has more than ${MAX_MEMBERS} members`,
      remedy: `Give ${FIELD_REMEDIES[field]}.`,
    };
  });
}

/** A label that JavaScript cannot keep in an object: nobody would find out that it is gone. */
export function unkeepableLabel(input: unknown): FieldProblem[] {
  const metadata = partAt(input, ['metadata']);
  if (typeof metadata !== 'object' || metadata === null || !Object.hasOwn(metadata, '__proto__')) return [];
  return [
    {
      field: 'metadata.__proto__',
      value: undefined,
      problem: 'it is a name that cannot be kept',
      remedy: 'Give the label another name.',
    },
  ];
}

function partAt(input: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (value, name) => (value as Record<string, unknown> | null | undefined)?.[name],
    input,
  );
}
