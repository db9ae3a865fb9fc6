import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createRedaction, isCredentialName, REDACTED, redactedUrl } from './redaction.ts';

const webhook = (url: string) => redactedUrl({ kind: 'webhook', url });
const TOKEN = 'sk4f9a8b7c6d5e4f3a2b1c0d';

it.each([
  ['https://example.com/hook', 'https://example.com/hook'],
  ['https://example.com/hook?team=social&page=2', 'https://example.com/hook?team=social&page=2'],
  ['https://example.com/hook?token=abc', `https://example.com/hook?token=${REDACTED}`],
  [
    'https://example.com/hook?a=1&accessToken=abc&b=',
    `https://example.com/hook?a=1&accessToken=${REDACTED}&b=`,
  ],
  ['https://example.com/hook?to%6ben=abc', `https://example.com/hook?to%6ben=${REDACTED}`],
  ['https://example.com/hook?%zz=abc', 'https://example.com/hook?%zz=abc'],
  ['https://example.com/hook?x-api-key=1', `https://example.com/hook?x-api-key=${REDACTED}`],
  [`https://example.com/hook?u=${TOKEN}`, `https://example.com/hook?u=${REDACTED}`],
  [`https://example.com/hook?${TOKEN}`, `https://example.com/hook?${REDACTED}`],
  ['https://user:hunter2@example.com/', 'https://example.com/'],
  [`https://example.com/hooks/${TOKEN}/catch`, `https://example.com/hooks/${REDACTED}/catch`],
  [
    'https://example.com/6f1c1f0e-6a51-5d0c-9f6a-0b6f3a1e7c42/in',
    'https://example.com/6f1c1f0e-6a51-5d0c-9f6a-0b6f3a1e7c42/in',
  ],
  [
    'https://example.com/publications-of-the-spring-campaign',
    'https://example.com/publications-of-the-spring-campaign',
  ],
  ['https://example.com/hook#token', 'https://example.com/hook'],
  ['not a url', REDACTED],
])('of %s stays %s', (url, shown) => {
  expect(webhook(url)).toBe(shown);
});

it.each(['telegram', 'slack'] as const)('of a %s URL only the origin stays', (kind) => {
  expect(redactedUrl({ kind, url: `https://chat.example/bot1:${TOKEN}/sendMessage` })).toBe(
    `https://chat.example/${REDACTED}`,
  );
});

it('a name is that of a credential by its words, not by its letters', () => {
  for (const name of [
    'Authorization',
    'X-Api-Key',
    'api_key',
    'sig',
    'refreshToken',
    'authtoken',
    'accesskey',
    'clientsecret',
    'set-cookie',
  ]) {
    expect(isCredentialName(name), name).toBe(true);
  }
  for (const name of ['keyboard', 'monkey', 'author', 'passage', 'x-team', 'designed', 'content-type']) {
    expect(isCredentialName(name), name).toBe(false);
  }
});

it('whatever is given as the value of a credential never shows', () => {
  const value = fc.stringMatching(/^[A-Za-z0-9._~-]{8,60}$/);
  fc.assert(
    fc.property(value, fc.constantFrom('token', 'api_key', 'X-Signature', 'secret'), (secret, name) => {
      const shown = webhook(`https://receiver.example/hook?first=1&${name}=${secret}&last=2`);
      expect(shown).toBe(`https://receiver.example/hook?first=1&${name}=${REDACTED}&last=2`);
    }),
  );
});

it('is made once for a revision, and again for the next', () => {
  const recordedOf = createRedaction();
  const endpoint = {
    kind: 'webhook',
    url: 'https://example.com/?key=1',
    headers: { 'x-team': 'social' },
  } as const;
  const parts = recordedOf(endpoint);
  expect(parts).toEqual({ url: `https://example.com/?key=${REDACTED}`, headers: { 'x-team': REDACTED } });
  expect(recordedOf(endpoint)).toBe(parts);
  expect(recordedOf({ ...endpoint, url: 'https://example.com/' }).url).toBe('https://example.com/');
});
