import { holds } from './evaluate.ts';
import { type Comparison, type FieldValue, type Filter, isComparison, type ReadField } from './filter.ts';

/** A comparison that decided, and what it met. */
export interface DecisiveComparison {
  /** Where it stands in the filter: `and[1].not`; empty for the whole. */
  at: string;
  comparison: Comparison;
  /** Undefined where the message has nothing under the field. */
  found: FieldValue | undefined;
  held: boolean;
}

/**
 * The comparisons that made the filter come out as it did: with all of them the other way round, it would too. Looks at
 * each comparison once.
 */
export function decisiveComparisons(filter: Filter, read: ReadField): DecisiveComparison[] {
  return weigh(filter, read, '').decisive;
}

interface Weighed {
  outcome: boolean;
  decisive: DecisiveComparison[];
}

function weigh(filter: Filter, read: ReadField, at: string): Weighed {
  if (isComparison(filter)) {
    const found = read(filter.field);
    const held = holds(filter, found);
    return { outcome: held, decisive: [{ at, comparison: filter, found, held }] };
  }
  if ('not' in filter) {
    const { outcome, decisive } = weigh(filter.not, read, step(at, 'not'));
    return { outcome: !outcome, decisive };
  }
  const [name, parts] = 'and' in filter ? (['and', filter.and] as const) : (['or', filter.or] as const);
  const weighed = parts.map((part, index) => weigh(part, read, step(at, `${name}[${index}]`)));
  const outcome =
    name === 'and' ? weighed.every((part) => part.outcome) : weighed.some((part) => part.outcome);
  return {
    outcome,
    decisive: weighed.flatMap((part) => (part.outcome === outcome ? part.decisive : [])),
  };
}

function step(at: string, name: string): string {
  return at === '' ? name : `${at}.${name}`;
}

/** In words, for people: `channel.type eq "tiktok" and not (content.title exists)`. */
export function filterText(filter: Filter): string {
  if (isComparison(filter)) return comparisonText(filter);
  if ('not' in filter) return `not (${filterText(filter.not)})`;
  const [word, parts] = 'and' in filter ? ([' and ', filter.and] as const) : ([' or ', filter.or] as const);
  return parts
    .map((part) => (isComparison(part) || 'not' in part ? filterText(part) : `(${filterText(part)})`))
    .join(word);
}

function comparisonText(comparison: Comparison): string {
  const { field, op } = comparison;
  return op === 'exists' ? `${field} exists` : `${field} ${op} ${JSON.stringify(comparison.value)}`;
}
