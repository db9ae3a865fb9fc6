import type { Endpoint } from '@herald/domain/endpoint';
import { credentialForms, decoded, isDistinct } from './credential-forms.ts';
import { isReservedHeader } from './custom-headers.ts';

/** What stands in history and logs in place of a credential. */
export const REDACTED = '[redacted]';

/** Words that the name of a credential has in it, as a whole or between separators: `x-api-key`, `accessToken`, `sig`. */
const CREDENTIAL_WORDS = new Set([
  'access',
  'apikey',
  'auth',
  'authorization',
  'bearer',
  'code',
  'cookie',
  'credential',
  'credentials',
  'hash',
  'hmac',
  'jwt',
  'key',
  'otp',
  'pass',
  'passwd',
  'password',
  'pin',
  'pwd',
  'secret',
  'session',
  'sid',
  'sig',
  'signature',
  'token',
]);

/** Written as one word: `authtoken`, `clientsecret`. */
const CREDENTIAL_ENDING = /(?:token|secret|password|passwd|signature|(?:api|access|secret|private|auth)key)$/;

/** Long enough that nobody types it: what generators of tokens make, where it is of letters and digits both. */
const TOKEN_SEGMENT = /^[\w.~:=+%-]{20,}$/;
/** As it may stand in a query, where base64 has its slashes. */
const TOKEN_RUN = /[\w.~:=+%/,@!-]{20,}/g;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

export function isCredentialName(name: string): boolean {
  return name
    .replaceAll(/([a-z\d])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z]+/)
    .some((word) => CREDENTIAL_WORDS.has(word) || CREDENTIAL_ENDING.test(word));
}

/**
 * A URL as history and logs have it: without user and password; query values redacted that are under the name of a
 * credential or have in them what looks like a token, and segments of the path that look like one. A UUID is taken for
 * an id in the path, and for a token in the query. Telegram and Slack have their credential in the path: of theirs only
 * the origin is left.
 */
export function redactedUrl(endpoint: Pick<Endpoint, 'kind' | 'url'>): string {
  return redact(endpoint).url;
}

/** `taken`: the parts of it that are not in `url` any more; one that is short has its name before it (`pin=1234`). */
function redact({ kind, url }: Pick<Endpoint, 'kind' | 'url'>): { url: string; taken: string[] } {
  const taken: string[] = [];
  const parsed = URL.parse(url);
  if (!parsed) return { url: REDACTED, taken };
  if (kind !== 'webhook') return { url: `${parsed.origin}/${REDACTED}`, taken };
  const path = parsed.pathname.split('/').map((segment) => redactedSegment(segment, taken));
  const query = parsed.search === '' ? '' : `?${redactedQuery(parsed.search.slice(1), taken)}`;
  return { url: `${parsed.origin}${path.join('/')}${query}`, taken };
}

function redactedSegment(segment: string, taken: string[]): string {
  if (!TOKEN_SEGMENT.test(segment) || !isMixed(segment) || UUID.test(segment)) return segment;
  taken.push(segment);
  return REDACTED;
}

/** As it was written where nothing is redacted: parsing and printing it again would change it. */
function redactedQuery(query: string, taken: string[]): string {
  return query
    .split('&')
    .map((part) => redactedPart(part, taken))
    .join('&');
}

/** Some receivers separate by `;` too. To others it is part of the value, so a credential is first looked for in all. */
function redactedPart(part: string, taken: string[]): string {
  const at = part.indexOf('=');
  const name = part.slice(0, Math.max(at, 0));
  const value = part.slice(at + 1);
  if (at >= 0 && isCredentialName(decoded(name))) {
    if (value !== '') taken.push(isDistinct(value) ? value : part);
    return `${name}=${REDACTED}`;
  }
  if (part.includes(';')) {
    return part
      .split(';')
      .map((each) => redactedPart(each, taken))
      .join(';');
  }
  if (!hasToken(value)) return part;
  taken.push(value);
  return at < 0 ? REDACTED : `${name}=${REDACTED}`;
}

function hasToken(value: string): boolean {
  return value.match(TOKEN_RUN)?.some(isMixed) ?? false;
}

function isMixed(text: string): boolean {
  return /[A-Za-z]/.test(text) && /\d/.test(text);
}

/** Header fields of an answer whose value is a credential of the receiver's: history tells that they were there. */
const ANSWERED_CREDENTIALS = new Set(['authentication-info', 'set-cookie', 'set-cookie2', 'authorization']);

/** `name` in lower case. */
export function isAnsweredCredential(name: string): boolean {
  return ANSWERED_CREDENTIALS.has(name);
}

/** What goes on record of every request to an endpoint, whatever the event. */
export interface RecordedParts {
  url: string;
  /** Those that the owner added: any of them may be a credential, so none has its value. */
  headers: Readonly<Record<string, string>>;
  /** What was taken out of the URL, in each way of writing it: an answer that repeats it must not bring it back. */
  credentials: readonly string[];
}

/** Made once for each revision of an endpoint: an attempt only looks it up. */
export function createRedaction(): (endpoint: Pick<Endpoint, 'kind' | 'url' | 'headers'>) => RecordedParts {
  const known = new WeakMap<object, RecordedParts>();
  return (endpoint) => {
    const made = known.get(endpoint);
    if (made) return made;
    const added = Object.keys(endpoint.headers).filter((name) => !isReservedHeader(name));
    const headers = Object.fromEntries(added.map((name) => [name, REDACTED]));
    const { url, taken } = redact(endpoint);
    const parts = { url, headers, credentials: credentialForms(taken) };
    known.set(endpoint, parts);
    return parts;
  };
}
