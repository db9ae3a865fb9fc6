import { randomUUID } from 'node:crypto';

const STYLES = {
  bold: [1, 22],
  dim: [2, 22],
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
  cyan: [36, 39],
  white: [37, 39],
  bgRed: [41, 49],
} as const;

/** Each gives its words in a colour or a weight; as they are, where there are no colours. */
export type Colors = Readonly<Record<keyof typeof STYLES, (text: string | number) => string>>;

export interface Painting {
  colors: Colors;
  /** What `colors` has painted, in the sequences that a terminal obeys. To be called last: others' words are escaped before. */
  finished(text: string): string;
}

/**
 * Marks what is painted by a `seal` that nobody else knows, and makes it into escape sequences at the very end: so what
 * comes from a receiver can be escaped where it is written, and cannot paint.
 */
export function createPainting(isColored: boolean, seal: string = randomUUID()): Painting {
  const paint =
    ([on, off]: readonly [number, number]) =>
    (text: string | number) =>
      isColored ? `${seal}${on}m${text}${seal}${off}m` : String(text);
  const colors = Object.fromEntries(Object.entries(STYLES).map(([name, codes]) => [name, paint(codes)]));
  return { colors: colors as Colors, finished: (text) => text.replaceAll(seal, '\x1b[') };
}
