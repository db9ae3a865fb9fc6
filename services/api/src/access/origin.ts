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

/** What proxies add: the browser is elsewhere then, whatever they make of Host. */
const PROXY_FIELDS = ['forwarded', 'x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto', 'via'];

/** Whether the browser of who asks is on the same machine: there it may use http. */
export function isLoopback({ header }: Credentials): boolean {
  const origin = header('origin');
  const asked = [`http://${header('host') ?? ''}`, ...(origin === undefined ? [] : [origin])];
  return asked.every(isLoopbackUrl) && PROXY_FIELDS.every((name) => header(name) === undefined);
}

function isLoopbackUrl(text: string): boolean {
  const url = URL.parse(text);
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
    detail: `A browser sends this for a page of the origin ${origin.slice(0, 200)}, which may change nothing here. Send it from a page of this host, or have the operator add the origin to HERALD_API_ALLOWED_ORIGINS.`,
  };
}
