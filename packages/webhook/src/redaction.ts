import type { Endpoint } from '@herald/domain/endpoint';
import { isReservedHeader } from './custom-headers.ts';

/** What stands in history and logs in place of a credential. */
export const REDACTED = '[redacted]';

/** Words that the name of a credential has in it, as a whole or between separators: `x-api-key`, `accessToken`, `sig`. */
const CREDENTIAL_WORDS = new Set([
  'apikey',
  'auth',
  'authorization',
  'code',
  'cookie',
  'credential',
  'credentials',
  'jwt',
  'key',
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

/** Long enough that nobody types it, of letters and digits both: what generators of tokens make. */
const TOKEN = /^(?=.*[A-Za-z])(?=.*\d)[\w.~:=+%-]{20,}$/;
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
 * credential or look like a token, and segments of the path that do. A UUID is taken for an id in the path, and for a
 * token in the query. Telegram and Slack have their credential in the path: of theirs only the origin is left.
 */
export function redactedUrl({ kind, url }: Pick<Endpoint, 'kind' | 'url'>): string {
  const parsed = URL.parse(url);
  if (!parsed) return REDACTED;
  if (kind !== 'webhook') return `${parsed.origin}/${REDACTED}`;
  const path = parsed.pathname
    .split('/')
    .map((segment) => (TOKEN.test(segment) && !UUID.test(segment) ? REDACTED : segment))
    .join('/');
  return `${parsed.origin}${path}${redactedQuery(parsed)}`;
}

/** As it was written where nothing is redacted: parsing and printing it again would change it. */
function redactedQuery({ search }: URL): string {
  if (search === '') return '';
  const parts = search
    .slice(1)
    .split('&')
    .map((part) => {
      const at = part.indexOf('=');
      if (at < 0) return TOKEN.test(part) ? REDACTED : part;
      const name = part.slice(0, at);
      return isCredentialName(decoded(name)) || TOKEN.test(part.slice(at + 1)) ? `${name}=${REDACTED}` : part;
    });
  return `?${parts.join('&')}`;
}

/** Receivers read a name decoded; one that cannot be decoded they read as it is, if at all. */
function decoded(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
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
}

/** Made once for each revision of an endpoint: an attempt only looks it up. */
export function createRedaction(): (endpoint: Pick<Endpoint, 'kind' | 'url' | 'headers'>) => RecordedParts {
  const known = new WeakMap<object, RecordedParts>();
  return (endpoint) => {
    const made = known.get(endpoint);
    if (made) return made;
    const added = Object.keys(endpoint.headers).filter((name) => !isReservedHeader(name));
    const headers = Object.fromEntries(added.map((name) => [name, REDACTED]));
    const parts = { url: redactedUrl(endpoint), headers };
    known.set(endpoint, parts);
    return parts;
  };
}
