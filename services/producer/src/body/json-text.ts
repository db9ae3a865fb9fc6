export type ParsedJson = { ok: true; value: unknown } | { ok: false; detail: string };

export function parseJson(text: string): ParsedJson {
  try {
    return { ok: true, value: JSON.parse(text) };
  } catch (error) {
    return { ok: false, detail: (error as Error).message };
  }
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** Without its byte order mark; undefined for what is not UTF-8, which a lenient decoder would change without a word. */
export function textOf(bytes: Buffer): string | undefined {
  try {
    return utf8.decode(bytes);
  } catch {
    return undefined;
  }
}
