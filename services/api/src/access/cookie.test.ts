import { expect, it } from 'vitest';
import { sessionCookie, setSessionCookie } from './cookie.ts';
import { isLoopback } from './origin.ts';

it('is kept for https alone, for the one host and by no script, but for loopback, where there is no https', () => {
  expect(setSessionCookie('sealed', 60, false)).toBe(
    '__Host-herald-session=sealed; Path=/; Max-Age=60; HttpOnly; SameSite=Strict; Secure',
  );
  expect(setSessionCookie('sealed', 60, true)).toBe(
    'herald-session=sealed; Path=/; Max-Age=60; HttpOnly; SameSite=Strict',
  );
});

it.each<[string, Record<string, string>, boolean]>([
  ['straight from the same machine', {}, true],
  ['from a page of the same machine', { origin: 'http://localhost:8080' }, true],
  [
    'from a page of elsewhere, behind a proxy that rewrites Host',
    { origin: 'https://portal.example.com' },
    false,
  ],
  ['from a page that hides its origin', { origin: 'null' }, false],
  ['behind a proxy that says so', { 'x-forwarded-for': '203.0.113.7' }, false],
  ['behind a proxy that says so by the standard', { forwarded: 'for=203.0.113.7' }, false],
])('%s, a request to loopback may go without https: %#', (_, headers, expected) => {
  const header = (name: string) => ({ host: '127.0.0.1:8080', ...headers })[name];
  expect(isLoopback({ header })).toBe(expected);
  // A cookie without the prefix is not taken there either.
  const cookie = (name: string) => (name === 'cookie' ? 'herald-session=x' : header(name));
  expect(sessionCookie({ header: cookie })).toBe(expected ? 'x' : undefined);
});

it('is found among others, and by its whole name', () => {
  const found = (cookie: string) =>
    sessionCookie({ header: (name) => ({ cookie, host: 'api.example.com' })[name] });
  expect(found('a=b; __Host-herald-session=x=y; c=d')).toBe('x=y');
  expect(found('not__Host-herald-session=x; __Host-herald-sessions=y')).toBeUndefined();
  expect(found('')).toBeUndefined();
});
