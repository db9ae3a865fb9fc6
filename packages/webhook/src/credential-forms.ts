const MIN_DISTINCT_CHARS = 8;
const ESCAPE = /%[\da-f]{2}/gi;

/** Whether a part of a URL is told from other text by itself: what has a shorter one within would become unreadable. */
export function isDistinct(part: string): boolean {
  return decoded(part).length >= MIN_DISTINCT_CHARS;
}

/**
 * Parts of a URL in all the ways in which an answer may repeat them: as they are, decoded (also as a form is, where a
 * plus is a space), percent-encoded in either case, and escaped as JSON does, also with its slashes escaped. Longest
 * first, so that none leaves a rest of a longer one. Of the characters that a byte has, as the bytes of an answer are
 * looked at.
 */
export function credentialForms(credentials: readonly string[]): string[] {
  const forms = credentials
    .flatMap((part) => [part, decoded(part), decoded(part.replaceAll('+', ' '))])
    .flatMap((text) => [text, ...inJson(text), ...percentEncoded(text)])
    .flatMap((form) => [form, ...inEitherCase(form)]);
  const asBytes = forms.map((form) => Buffer.from(form).toString('latin1'));
  return [...new Set(asBytes)].sort((a, b) => b.length - a.length);
}

function inJson(text: string): string[] {
  const escaped = JSON.stringify(text).slice(1, -1);
  return [escaped, escaped.replaceAll('/', '\\/')];
}

function percentEncoded(text: string): string[] {
  const encoded = encodeURIComponent(text);
  return [encoded, encoded.replaceAll('%20', '+')];
}

function inEitherCase(text: string): string[] {
  return [
    text.replaceAll(ESCAPE, (byte) => byte.toLowerCase()),
    text.replaceAll(ESCAPE, (byte) => byte.toUpperCase()),
  ];
}

/** What cannot be decoded is as it is. */
export function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
