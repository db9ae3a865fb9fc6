import { TYPES_OF } from '../migrations/0020-types-of.ts';
import type { Condition } from './conditions.ts';

const NAMES = ['project', 'channel', 'endpoint'] as const;

/** What a list is narrowed to beside a type, by the name of the parameter that has it. */
type Of = Readonly<Partial<Record<(typeof NAMES)[number], string | undefined>>>;

/** Where a type is asked for together with what it is of: by what the index has both of. */
export function typeOf(table: keyof typeof TYPES_OF, type: string | undefined, of: Of): Condition[] {
  if (type === undefined) return [];
  return NAMES.filter((name) => of[name] !== undefined).map((name) => [
    `has(${TYPES_OF[table]}, concat({type:String}, ' ', {${name}:String}))`,
    name,
    of[name],
  ]);
}
