import type { Problem } from '@herald/service-kit/problem';

/** What a browser says about the page that sends a request. */
export interface Credentials {
  header(name: string): string | undefined;
}

/**
 * Why a page may not make this change with a browser's cookies; undefined where it may. A page may that comes from
 * where the API is, or from one of the origins that are allowed. A browser that is too old to say is refused too.
 */
export function originProblem(
  { header }: Credentials,
  allowedOrigins: ReadonlySet<string>,
): Problem | undefined {
  const origin = header('origin');
  if (origin === undefined) {
    return header('sec-fetch-site') === 'same-origin' ? undefined : wrongOrigin('(none)');
  }
  const isAllowed = allowedOrigins.has(origin) || isOwn(origin, header('host'));
  return isAllowed ? undefined : wrongOrigin(origin);
}

/** Whether a browser sends the request for a page, and not a program for itself. */
export function isFromPage({ header }: Credentials): boolean {
  return header('origin') !== undefined || header('sec-fetch-site') !== undefined;
}

/** Whether the browser of who asks is on the same machine: there it may use http. */
export function isLoopback({ header }: Credentials): boolean {
  const url = URL.parse(`http://${header('host') ?? ''}`);
  return url !== null && isLoopbackName(url.hostname);
}

function isOwn(origin: string, host: string | undefined): boolean {
  const url = URL.parse(origin);
  if (url?.host !== host?.toLowerCase() || url?.origin !== origin) return false;
  return url.protocol === 'https:' || isLoopbackName(url.hostname);
}

function isLoopbackName(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(hostname);
}

function wrongOrigin(origin: string): Problem {
  return {
    status: 403,
    code: 'wrong_origin',
    title: 'A page of another site asks for a change',
    detail: `The request came with the cookie of a session from the origin ${origin.slice(0, 200)}. Send it from a page of this host, or have the operator add the origin to HERALD_API_ALLOWED_ORIGINS.`,
  };
}
