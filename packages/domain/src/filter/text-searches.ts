import { fieldAt } from './fields.ts';
import type { Filter } from './filter.ts';

/** How often evaluation may go through a whole text, which is what a filter costs: all other comparisons end early. */
export function textSearchesOf(filter: Filter): number {
  if ('and' in filter) return sumOf(filter.and);
  if ('or' in filter) return sumOf(filter.or);
  if ('not' in filter) return textSearchesOf(filter.not);
  return filter.op === 'contains' && fieldAt(filter.field)?.type === 'text' ? 1 : 0;
}

function sumOf(parts: readonly Filter[]): number {
  return parts.reduce((sum, part) => sum + textSearchesOf(part), 0);
}
