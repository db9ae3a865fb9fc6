import fc from 'fast-check';
import { FILTER_FIELDS, type Field, OPERATORS_OF } from '../fields.ts';
import type { Comparison, Filter, Operator, Scalar } from '../filter.ts';
import { MAX_FILTER_DEPTH, MAX_FILTER_NODES, parseFilter } from '../parse.ts';

/** Few enough that comparisons often hold. */
export const anyText = fc.constantFrom('', 'a', 'ab', 'tiktok', 'Ünï', '日本');
export const anyTime = fc
  .integer({ min: 0, max: 5 })
  .map((n) => new Date(Date.UTC(2026, 0, 1) + n).toISOString());
export const anyNumber = fc.constantFrom(0, 200, 201, 403, 500, 500.5);

const fields: readonly [string, Field][] = [
  ...FILTER_FIELDS,
  ['metadata.team', { type: 'text' }],
  ['metadata.a.b', { type: 'text' }],
];

function scalarOf({ type, values }: Field, op: Operator): fc.Arbitrary<Scalar> {
  if (type === 'number') return anyNumber;
  if (type === 'time') return anyTime;
  const isWhole = op === 'eq' || op === 'ne' || op === 'in';
  return values && isWhole ? fc.constantFrom(...values) : anyText;
}

export const anyComparison: fc.Arbitrary<Comparison> = fc.constantFrom(...fields).chain(([field, type]) =>
  fc.constantFrom(...OPERATORS_OF[type.type]).chain((op): fc.Arbitrary<Comparison> => {
    if (op === 'exists') return fc.constant({ field, op });
    const value = scalarOf(type, op);
    const operand = op === 'in' ? fc.array(value, { minLength: 1, maxLength: 3 }) : value;
    return operand.map((given) => ({ field, op, value: given }) as Comparison);
  }),
);

const { tree } = fc.letrec<{ tree: Filter; part: Filter }>((tie) => {
  const parts = fc.array(tie('part'), { minLength: 1, maxLength: 3 });
  return {
    tree: fc.oneof(
      { maxDepth: MAX_FILTER_DEPTH - 1, depthIdentifier: 'filter' },
      anyComparison,
      parts.map((and) => ({ and })),
      parts.map((or) => ({ or })),
      tie('part').map((not) => ({ not })),
    ),
    part: tie('tree'),
  };
});

/** Any filter that may be saved. */
export const anyFilter: fc.Arbitrary<Filter> = tree.filter(
  (filter) => nodesOf(filter) <= MAX_FILTER_NODES && parseFilter(filter).ok,
);

export function nodesOf(filter: Filter): number {
  if ('field' in filter) return 1;
  if ('not' in filter) return 1 + nodesOf(filter.not);
  return ('and' in filter ? filter.and : filter.or).reduce((sum, part) => sum + nodesOf(part), 1);
}
