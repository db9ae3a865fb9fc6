/** Plain text from anywhere, made fit to stand in a message to people. */

/** Control characters but the line feed, and what turns the direction of the text behind it. */
const UNSEEN = /(?!\n)\p{Cc}|[\u202a-\u202e\u2066-\u2069\ufeff]/gu;

const ELLIPSIS = '…';

/** What is looked at of a text for each unit that is kept: a caption of megabytes costs no more than a long one. */
const LOOKED_AT = 4;

/**
 * The first lines of a text, in at most so many UTF-16 units, without what cannot be seen, with an ellipsis where
 * something is left out. Undefined where nothing is to be seen. No character is cut in two.
 */
export function excerpt(text: string | null, maxUnits: number): string | undefined {
  if (text === null) return undefined;
  return shortened(text, maxUnits, (head) =>
    head.replaceAll(/[^\S\n]+$/gm, '').replaceAll(/\n{3,}/g, '\n\n'),
  );
}

/** The same on one line: nobody can write a line into a message that does not come from him. */
export function excerptLine(text: string | null, maxUnits: number): string | undefined {
  if (text === null) return undefined;
  return shortened(text, maxUnits, (head) => head.replaceAll(/\s+/g, ' '));
}

function shortened(text: string, maxUnits: number, tidy: (head: string) => string): string | undefined {
  const head = text.slice(0, wholeUnits(text, maxUnits * LOOKED_AT));
  const seen = tidy(head.replaceAll(/\r\n?|[\u0085\u2028\u2029]/g, '\n').replaceAll(UNSEEN, ''));
  const kept = seen.trim().toWellFormed();
  if (kept === '') return undefined;
  return cut(head.length < text.length ? kept + ELLIPSIS : kept, maxUnits);
}

/** The first UTF-16 units of a text, with an ellipsis where something is left out. */
export function cut(text: string, maxUnits: number): string {
  if (text.length <= maxUnits) return text;
  return `${text.slice(0, wholeUnits(text, maxUnits - ELLIPSIS.length)).trimEnd()}${ELLIPSIS}`;
}

/** As much of a text as has at most so many units when escaped, escaped; no escape is cut in two. */
export function cutEscaped(text: string, maxUnits: number, written: (text: string) => string): string {
  const whole = written(text);
  if (whole.length <= maxUnits) return whole;
  let kept = Math.min(text.length, maxUnits) - ELLIPSIS.length;
  for (;;) {
    const escaped = written(text.slice(0, wholeUnits(text, kept)));
    const over = escaped.length + ELLIPSIS.length - maxUnits;
    if (over <= 0) return escaped + ELLIPSIS;
    kept -= Math.ceil(over / LONGEST_ESCAPE);
  }
}

/** `&quot;`, in units. */
const LONGEST_ESCAPE = 6;

/** A character of more marks than this is cut all the same. */
const MAX_CHARACTER_UNITS = 32;

/** How many of the first units can stay without a part of a character: of a surrogate pair, or of a composed emoji. */
function wholeUnits(text: string, units: number): number {
  if (units >= text.length) return text.length;
  for (let end = units; end > Math.max(0, units - MAX_CHARACTER_UNITS); end--) {
    if (!isLow(text, end) && !isJoined(text, end)) return end;
  }
  return isLow(text, units) ? units - 1 : units;
}

const isLow = (text: string, at: number): boolean => (text.charCodeAt(at) & 0xfc00) === 0xdc00;

/** What belongs to the character before: joiner, variation selector, skin tone, combining mark, or behind a joiner. */
function isJoined(text: string, at: number): boolean {
  return text[at - 1] === '\u200d' || /^[\u200d\ufe0e\ufe0f\p{M}\p{EMod}]/u.test(text.slice(at, at + 2));
}

const MAX_LINK_UNITS = 1_000;

/** An address that can be followed; undefined for any other text, and for one that is too long to show. */
export function webAddress(text: string | null | undefined): string | undefined {
  if (!text || text.length > MAX_LINK_UNITS) return undefined;
  const url = URL.parse(text);
  const isWeb = url?.protocol === 'https:' || url?.protocol === 'http:';
  return url && isWeb && url.href.length <= MAX_LINK_UNITS ? url.href : undefined;
}
