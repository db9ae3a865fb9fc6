/** Shorter parts are no credential, and what happens to have them within would be made unreadable. */
const MIN_CREDENTIAL_CHARS = 8;

/** Segments that say what kind of address it is: Slack's, and those of servers that take messages as Slack does. */
const PLAIN_SEGMENTS = new Set(['services', 'webhooks', 'workflows', 'triggers']);

/**
 * Parts of a URL that may be its credential: path and query as a whole, each segment of the path and each value of the
 * query. Whoever repeats a URL may leave out any of it, so the whole is not enough.
 */
export function credentialsIn({ pathname, search }: URL): string[] {
  const segments = pathname.split('/').filter((segment) => !PLAIN_SEGMENTS.has(segment));
  const values = search
    .slice(1)
    .split('&')
    .map((part) => part.slice(part.indexOf('=') + 1));
  return [pathname + search, pathname, ...segments, ...values];
}

/**
 * Credentials in all the ways in which an answer may repeat them: as they are, decoded, percent-encoded in either case,
 * and escaped as JSON does, also with its slashes escaped. Longest first, so that none leaves a rest of a longer one.
 * Of the characters that a byte has, as the bytes of an answer are looked at.
 */
export function credentialForms(credentials: readonly string[]): string[] {
  const forms = credentials.flatMap((credential) => {
    const plain = decoded(credential);
    const json = JSON.stringify(plain).slice(1, -1);
    return [
      credential,
      credential.replaceAll('/', '\\/'),
      plain,
      json,
      json.replaceAll('/', '\\/'),
      ...percentEncoded(plain),
      ...percentEncoded(credential),
    ];
  });
  return [...new Set(forms.map((form) => Buffer.from(form).toString('latin1')))]
    .filter((form) => form.length >= MIN_CREDENTIAL_CHARS)
    .sort((a, b) => b.length - a.length);
}

function percentEncoded(text: string): string[] {
  const encoded = encodeURIComponent(text);
  return [encoded, encoded.replaceAll(/%../g, (byte) => byte.toLowerCase())];
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
