/** Whether a text holds a word that could be looked for: a run of letters and digits, or of what is not ASCII. */
export function hasWords(text: string): boolean {
  return /[A-Za-z0-9\u0080-\u{10ffff}]/u.test(text);
}
