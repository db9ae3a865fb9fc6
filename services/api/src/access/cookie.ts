import { type Credentials, isLoopback } from './origin.ts';

/** The prefix keeps other hosts of the same domain from setting it. Browsers take it only along with Secure. */
const SECURE_NAME = '__Host-herald-session';
const LOOPBACK_NAME = 'herald-session';

/** What the session cookie of a request holds; a loopback host may have it from http. */
export function sessionCookie(credentials: Credentials): string | undefined {
  const cookies = (credentials.header('cookie') ?? '').split(';').map((cookie) => cookie.trim());
  const names = isLoopback(credentials) ? [SECURE_NAME, LOOPBACK_NAME] : [SECURE_NAME];
  const found = names.flatMap((name) => cookies.filter((cookie) => cookie.startsWith(`${name}=`)));
  return found[0]?.slice(found[0].indexOf('=') + 1);
}

/** The value of Set-Cookie that keeps a session for so many seconds, or with 0 forgets it. */
export function setSessionCookie(value: string, maxAgeSeconds: number, isOnLoopback: boolean): string {
  const name = isOnLoopback ? LOOPBACK_NAME : SECURE_NAME;
  const secure = isOnLoopback ? '' : '; Secure';
  return `${name}=${value}; Path=/; Max-Age=${maxAgeSeconds}; HttpOnly; SameSite=Strict${secure}`;
}
