import type { Comparison, FieldValue, Filter, ReadField } from './filter.ts';

/**
 * Whether a message passes. A comparison with a field that has nothing is false, `ne` too; `not` turns that around.
 * Never throws; looks at each comparison at most once.
 */
export function passes(filter: Filter, read: ReadField): boolean {
  if ('field' in filter) return holds(filter, read(filter.field));
  if ('and' in filter) return filter.and.every((part) => passes(part, read));
  if ('or' in filter) return filter.or.some((part) => passes(part, read));
  return !passes(filter.not, read);
}

/** @param found undefined where the message has nothing under the field */
export function holds(comparison: Comparison, found: FieldValue | undefined): boolean {
  if (found === undefined) return false;
  switch (comparison.op) {
    case 'exists':
      return true;
    case 'eq':
      return found === comparison.value;
    case 'ne':
      return found !== comparison.value;
    case 'in':
      return (comparison.value as readonly FieldValue[]).includes(found);
    // Texts and lists of texts: `includes` is a part of the one, an item of the other.
    case 'contains':
      return typeof found !== 'number' && found.includes(comparison.value);
    case 'starts_with':
      return typeof found === 'string' && found.startsWith(comparison.value);
    case 'lt':
      return found < comparison.value;
    case 'lte':
      return found <= comparison.value;
    case 'gt':
      return found > comparison.value;
    case 'gte':
      return found >= comparison.value;
  }
}
