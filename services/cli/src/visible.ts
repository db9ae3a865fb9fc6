/**
 * What a terminal would obey instead of showing: the controls of C0 and C1, the separators of lines and paragraphs, and
 * what turns the direction of the words around it. Tab and newline are not among them.
 */
// biome-ignore lint/suspicious/noControlCharactersInRegex: it is about them.
const OBEYED = /[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]/g;

/** Others' words as they may be written to a terminal: each character that it would obey as an escape, as `\x1b`. */
export function visible(text: string): string {
  return text.replace(OBEYED, escapeOf);
}

/** The same for a place that has one line, as the cell of a table. */
export function visibleLine(text: string): string {
  return visible(text).replaceAll('\t', '\\t').replaceAll('\n', '\\n');
}

function escapeOf(character: string): string {
  const code = character.charCodeAt(0);
  return code < 0x100
    ? `\\x${code.toString(16).padStart(2, '0')}`
    : `\\u${code.toString(16).padStart(4, '0')}`;
}
