/**
 * A condition on what a publication's message says, as plain JSON: what its owner writes is what is stored, shown and
 * evaluated. Only `parseFilter` makes one, so every filter is within its bounds and fits the types of its fields.
 */
export type Filter =
  | { readonly and: readonly Filter[] }
  | { readonly or: readonly Filter[] }
  | { readonly not: Filter }
  | Comparison;

/** One field compared. Of the operators only `exists` takes no value. */
export type Comparison =
  | { readonly field: string; readonly op: OrderOperator | 'eq' | 'ne'; readonly value: Scalar }
  | { readonly field: string; readonly op: 'in'; readonly value: readonly Scalar[] }
  | { readonly field: string; readonly op: 'contains' | 'starts_with'; readonly value: string }
  | { readonly field: string; readonly op: 'exists' };

export type Scalar = string | number;
export type OrderOperator = 'lt' | 'lte' | 'gt' | 'gte';
export type Operator = Comparison['op'];

/** What a message has under a field's path. Undefined where it says nothing: null, an empty list, no such label. */
export type ReadField = (path: string) => FieldValue | undefined;
export type FieldValue = Scalar | readonly string[];

export function isComparison(filter: Filter): filter is Comparison {
  return 'field' in filter;
}
