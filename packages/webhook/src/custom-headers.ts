/** What an endpoint may add to its requests at most. */
export const MAX_CUSTOM_HEADERS = 20;
export const MAX_CUSTOM_HEADER_VALUE_CHARS = 1_024;

/** Fields that frame the message or the connection, say who sends, or would let an endpoint speak for another host. */
const RESERVED_NAMES = new Set([
  'accept-encoding',
  'connection',
  'content-encoding',
  'content-length',
  'content-range',
  'content-type',
  'cookie',
  'date',
  'expect',
  'forwarded',
  'host',
  'http2-settings',
  'keep-alive',
  'te',
  'traceparent',
  'tracestate',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'user-agent',
  'via',
]);
const RESERVED_PREFIXES = ['webhook-', 'herald-', 'proxy-', 'x-forwarded-'];

/** Field names and values by RFC 9110, section 5: a token; visible ASCII, spaces and tabs, none of them at the ends. */
const TOKEN = /^[!#$%&'*+.^_`|~0-9a-z-]+$/;
const VALUE = /^[\x21-\x7e]([\t\x20-\x7e]*[\x21-\x7e])?$/;

/** Whether a field is Herald's own, so that no endpoint may set it. `name` in lower case. */
export function isReservedHeader(name: string): boolean {
  return RESERVED_NAMES.has(name) || RESERVED_PREFIXES.some((prefix) => name.startsWith(prefix));
}

/** Why an endpoint may not have this header field, for people; undefined where it may. `name` in lower case. */
export function customHeaderProblem(name: string, value: string): string | undefined {
  if (!TOKEN.test(name)) return `${JSON.stringify(name)} is not a header field name in lower case`;
  if (isReservedHeader(name)) return `${name} is set by Herald or by the connection`;
  if (value.length > MAX_CUSTOM_HEADER_VALUE_CHARS) {
    return `the value of ${name} is over ${MAX_CUSTOM_HEADER_VALUE_CHARS} characters`;
  }
  if (!VALUE.test(value))
    return `the value of ${name} is empty, or has other than visible ASCII characters within`;
  return undefined;
}
