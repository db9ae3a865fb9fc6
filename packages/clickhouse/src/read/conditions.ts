import type { Params } from './reader.ts';

/** What a list is narrowed to: SQL with named parameters, never with values in it. */
export interface Conditions {
  sql: string;
  params: Params;
}

/** A condition, and the value of its parameter; it does not apply where the value is undefined. */
export type Condition = readonly [
  sql: string,
  name: string,
  value: string | number | readonly string[] | readonly number[] | undefined,
];

export function allOf(conditions: readonly Condition[]): Conditions {
  const applying = conditions.filter(([, , value]) => value !== undefined);
  return {
    sql: applying.map(([sql]) => sql).join(' AND ') || 'true',
    params: Object.fromEntries(applying.map(([, name, value]) => [name, value])),
  };
}
