/** A reproducible source of choices: the same seed gives the same sequence on every machine. Not for secrets. */
export interface Random {
  /** From 0 inclusive to 1 exclusive. */
  next(): number;
  /** A whole number from 0 inclusive to `below` exclusive. */
  below(below: number): number;
  pick<T>(items: readonly T[]): T;
  /** True with this probability. */
  chance(probability: number): boolean;
  /** This many characters of the alphabet. */
  text(alphabet: string, chars: number): string;
  /** A UUID of version 4 by its form; unique only as far as the seed is. */
  uuid(): string;
}

const WARM_UP_ROUNDS = 20;

/**
 * The generator sfc32 of PractRand (Chris Doty-Humphrey). Its state has 128 bits, so that two seeds do not run into
 * each other's sequence, as they would on the one circle of a 32-bit generator.
 */
export function createRandom(seed: number): Random {
  let a = seed | 0;
  let b = Math.floor(seed / 2 ** 32) | 0;
  let c = 0;
  let counter = 1;
  const nextWord = () => {
    const word = (a + b + counter++) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + word) | 0;
    return word >>> 0;
  };
  for (let round = 0; round < WARM_UP_ROUNDS; round++) nextWord();
  const next = () => nextWord() / 2 ** 32;
  const below = (limit: number) => Math.floor(next() * limit);
  const text = (alphabet: string, chars: number) =>
    Array.from({ length: chars }, () => alphabet[below(alphabet.length)]).join('');
  return {
    next,
    below,
    pick: (items) => {
      if (items.length === 0) throw new Error('There is nothing to pick from');
      return items[below(items.length)] as (typeof items)[number];
    },
    chance: (probability) => next() < probability,
    text,
    uuid: () => {
      const hex = (chars: number) => text('0123456789abcdef', chars);
      return `${hex(8)}-${hex(4)}-4${hex(3)}-${text('89ab', 1)}${hex(3)}-${hex(12)}`;
    },
  };
}
