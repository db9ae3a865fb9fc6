/** What of a text is looked at: a string is one. */
export type Text = Pick<string, 'length' | 'charCodeAt'>;

/** Up to here the engine's own search costs at most this many looks at each character, and is faster. */
const SHORT_CHARS = 8;

/**
 * As `includes`, but never slower than in proportion to the text: the engine's is to text times value. The engine looks for
 * the beginning of the value, which most texts do not have.
 */
export function containsText(text: string, value: string): boolean {
  if (value.length <= SHORT_CHARS) return text.includes(value);
  return text.includes(value.slice(0, SHORT_CHARS)) && searchLinearly(text, value);
}

/** Knuth, Morris and Pratt: one look at each character of the text, at most two comparisons for it on average. */
export function searchLinearly(text: Text, value: string): boolean {
  if (value.length === 0) return true;
  if (value.length > text.length) return false;
  const borders = bordersOf(value);
  let matched = 0;
  for (let at = 0; at < text.length; at++) {
    const char = text.charCodeAt(at);
    while (matched > 0 && char !== value.charCodeAt(matched)) matched = borders[matched - 1]!;
    if (char === value.charCodeAt(matched)) matched++;
    if (matched === value.length) return true;
  }
  return false;
}

/** For each beginning of the value: how long its longest true end is that is a beginning as well. */
function bordersOf(value: string): Uint32Array {
  const borders = new Uint32Array(value.length);
  let matched = 0;
  for (let at = 1; at < value.length; at++) {
    const char = value.charCodeAt(at);
    while (matched > 0 && char !== value.charCodeAt(matched)) matched = borders[matched - 1]!;
    if (char === value.charCodeAt(matched)) matched++;
    borders[at] = matched;
  }
  return borders;
}
