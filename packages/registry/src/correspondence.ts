/** An Avro enum's symbols but UNKNOWN, which stands for a symbol that this reader is too old to know. */
export type Known<Symbols extends string> = Exclude<Symbols, 'UNKNOWN'>;

export interface Correspondence<S extends string, V extends string> {
  /** Undefined for UNKNOWN. */
  valueOf(symbol: S | 'UNKNOWN'): V | undefined;
  symbolOf(value: V): S;
}

/** An Avro enum's symbols and the words that the domain has for them, one for one. */
export function correspondence<S extends string, V extends string>(
  values: Readonly<Record<S, V>>,
): Correspondence<S, V> {
  const symbols = new Map<V, S>(Object.entries(values).map(([symbol, value]) => [value as V, symbol as S]));
  return {
    valueOf: (symbol) => (symbol === 'UNKNOWN' ? undefined : values[symbol]),
    symbolOf: (value) => symbols.get(value) as S,
  };
}
