import { PUBLICATION_EVENT_TYPES } from '../event-type.ts';
import type { Operator } from './filter.ts';

/** What a field holds. A time is ISO 8601 in UTC with milliseconds, so that times compare as texts. */
export type FieldType = 'text' | 'number' | 'time' | 'texts';

export interface Field {
  type: FieldType;
  /** All that it ever holds; undefined where that is open. */
  values?: readonly string[];
}

/** A label of the upstream service: what follows is the key, dots and all. */
export const METADATA_PREFIX = 'metadata.';
export const MAX_FIELD_CHARS = 200;

/** The fields of a `publication` message's `data` by dotted path, and of its head `type` and `timestamp`. */
export const FILTER_FIELDS: ReadonlyMap<string, Field> = new Map([
  ['type', { type: 'text', values: PUBLICATION_EVENT_TYPES }],
  ['timestamp', { type: 'time' }],
  ['event_id', { type: 'text' }],
  ['publication_id', { type: 'text' }],
  ['project_id', { type: 'text' }],
  ['channel.id', { type: 'text' }],
  ['channel.type', { type: 'text' }],
  ['channel.name', { type: 'text' }],
  ['content.media_type', { type: 'text', values: ['video', 'photo', 'text', 'unknown'] }],
  ['content.title', { type: 'text' }],
  ['content.caption', { type: 'text' }],
  ['content.media_urls', { type: 'texts' }],
  ['status_code', { type: 'number' }],
  ['error_message', { type: 'text' }],
  ['result.url', { type: 'text' }],
  ['result.publish_id', { type: 'text' }],
  ['result.post_id', { type: 'text' }],
]);

const LABEL: Field = { type: 'text' };

const ORDERED: readonly Operator[] = ['eq', 'ne', 'in', 'lt', 'lte', 'gt', 'gte', 'exists'];

export const OPERATORS_OF: Readonly<Record<FieldType, readonly Operator[]>> = {
  text: ['eq', 'ne', 'in', 'contains', 'starts_with', 'exists'],
  number: ORDERED,
  time: ORDERED,
  texts: ['contains', 'exists'],
};

export const TYPE_NAMES: Readonly<Record<FieldType, string>> = {
  text: 'a text',
  number: 'a number',
  time: 'a time, ISO 8601 with a zone',
  texts: 'a list of texts',
};

export function fieldAt(path: string): Field | undefined {
  if (path.length > MAX_FIELD_CHARS) return undefined;
  if (path.startsWith(METADATA_PREFIX)) return path.length > METADATA_PREFIX.length ? LABEL : undefined;
  return FILTER_FIELDS.get(path);
}

/** The field that was probably meant; undefined where none is near. */
export function nearestField(path: string): string | undefined {
  const asked = path
    .slice(0, MAX_FIELD_CHARS)
    .toLowerCase()
    .replace(/^(\$\.)?data\./, '');
  if (fieldAt(asked)) return asked;
  const lastOf = (field: string): string => field.slice(field.lastIndexOf('.') + 1);
  const [nearest] = [...FILTER_FIELDS.keys()]
    .map((field) => ({
      field,
      edits: Math.min(editDistance(asked, field), editDistance(asked, lastOf(field)) + 1),
    }))
    .sort((a, b) => a.edits - b.edits);
  return nearest && nearest.edits <= Math.max(2, asked.length / 3) ? nearest.field : undefined;
}

/** Levenshtein's distance, by its rows. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, row[j]! + 1, next[j - 1]! + 1));
    }
    row = next;
  }
  return row[b.length]!;
}
