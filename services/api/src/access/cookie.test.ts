import { expect, it } from 'vitest';
import { sessionCookie, setSessionCookie } from './cookie.ts';

it('is kept for https alone, for the one host and by no script, but for loopback, where there is no https', () => {
  expect(setSessionCookie('sealed', 60, false)).toBe(
    '__Host-herald-session=sealed; Path=/; Max-Age=60; HttpOnly; SameSite=Strict; Secure',
  );
  expect(setSessionCookie('sealed', 60, true)).toBe(
    'herald-session=sealed; Path=/; Max-Age=60; HttpOnly; SameSite=Strict',
  );
});

it('is found among others, and by its whole name', () => {
  const found = (cookie: string) =>
    sessionCookie({ header: (name) => ({ cookie, host: 'api.example.com' })[name] });
  expect(found('a=b; __Host-herald-session=x=y; c=d')).toBe('x=y');
  expect(found('not__Host-herald-session=x; __Host-herald-sessions=y')).toBeUndefined();
  expect(found('')).toBeUndefined();
});
