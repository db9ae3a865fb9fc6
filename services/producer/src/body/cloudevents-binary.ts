import type { IncomingHttpHeaders } from 'node:http';

const PREFIX = 'ce-';

/**
 * The binary mode of CloudEvents as its structured one: attributes from `ce-` header fields, the body as `data`
 * (CloudEvents HTTP binding 1.0, section 3.1).
 */
export function binaryEnvelope(headers: IncomingHttpHeaders, data: unknown): Record<string, unknown> {
  const attributes = Object.entries(headers)
    .filter(([name]) => name.startsWith(PREFIX))
    .map(([name, value]) => [name.slice(PREFIX.length), decoded(String(value))]);
  return { ...Object.fromEntries(attributes), ...(data === undefined ? {} : { data }) };
}

/** Section 3.1.3.2: quotes are taken off, then percent-encoding; what is not well encoded stays as it is. */
function decoded(value: string): string {
  const unquoted = /^".*"$/s.test(value) ? value.slice(1, -1).replace(/\\(.)/gs, '$1') : value;
  try {
    return decodeURIComponent(unquoted);
  } catch {
    return unquoted;
  }
}
