import { containsText } from './contains-text.ts';
import type { Comparison, FieldValue, Filter, ReadField } from './filter.ts';

/**
 * Whether a message passes. A comparison with a field that has nothing is false, `ne` too; `not` turns that around.
 * Never throws; looks at each comparison at most once, at a cost in proportion to what it reads.
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
    // A part of a text, an item of a list.
    case 'contains':
      if (typeof found === 'string') return containsText(found, comparison.value);
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
