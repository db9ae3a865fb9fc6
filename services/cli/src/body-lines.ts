/** A body as the API answers it: null where it has left it out. */
export interface Body {
  body: string | null;
  body_encoding: 'utf-8' | 'base64';
}

export interface BodyLines {
  lines: string[];
  /** What has to be known of it to read it right. */
  remark: string | undefined;
}

/** A character of UTF-8 has at most so many bytes, less its last. */
const MAX_CUT_BYTES = 3;

/** As it is shown. `isCut`: Herald has kept only its beginning. */
export function bodyLines({ body, body_encoding }: Body, isCut: boolean): BodyLines {
  if (body === null)
    return { lines: [], remark: 'its body is left out: there is too much to show beside it' };
  const bytes = Buffer.from(body, body_encoding);
  if (bytes.length === 0) return { lines: [], remark: 'an empty body' };
  const text = body_encoding === 'utf-8' ? body : isCut ? textBeforeCut(bytes) : undefined;
  const cut = isCut ? [`cut: these are its first ${bytes.length} bytes`] : [];
  const encoded = text === undefined ? [`base64 of ${bytes.length} bytes that are not text`] : [];
  return {
    lines: (text ?? body).split(/\r?\n/),
    remark: [...encoded, ...cut].join('; ') || undefined,
  };
}

/** Text that was cut within a character is not UTF-8 to its end, and comes as base64. */
function textBeforeCut(bytes: Buffer): string | undefined {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  for (let cut = 1; cut <= MAX_CUT_BYTES; cut++) {
    try {
      return decoder.decode(bytes.subarray(0, bytes.length - cut));
    } catch {
      // It was cut further back, or is no text.
    }
  }
  return undefined;
}
