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
  [
    `https://example.com/hook?q=c2VjcmV0IG9m/GEgd2Vi/1abc2==&b=2`,
    `https://example.com/hook?q=${REDACTED}&b=2`,
  ],
  ['https://example.com/hook?t=(AbC1/defGHI,789@jkl!MNO)', `https://example.com/hook?t=${REDACTED}`],
  ['https://example.com/hook?a=1;api_key=s3cr3t;b=2', `https://example.com/hook?a=1;api_key=${REDACTED};b=2`],
  ['https://example.com/hook?token=a;b=2&c=3', `https://example.com/hook?token=${REDACTED}&c=3`],
  ['https://example.com/hook?a;bearer=x', `https://example.com/hook?a;bearer=${REDACTED}`],
  [
    'https://example.com/hook?otp=123456&hash=ab&hmac=cd&access=ef',
    `https://example.com/hook?otp=${REDACTED}&hash=${REDACTED}&hmac=${REDACTED}&access=${REDACTED}`,
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

const TOKEN_CHARACTERS = '[A-Za-z0-9_.~:=+/,@!-]';

it('a token shows nowhere in a query, whatever is around it', () => {
  const token = fc.stringMatching(new RegExp(`^${TOKEN_CHARACTERS}{18,60}$`)).map((text) => `a${text}1`);
  const around = fc.stringMatching(/^[A-Za-z0-9 ()*$|]{0,10}$/);
  const separator = fc.constantFrom('&', ';');
  fc.assert(
    fc.property(token, around, around, separator, (secret, before, after, and) => {
      const shown = webhook(
        `https://receiver.example/hook?first=1${and}v=${before}${secret}${after}${and}last=2`,
      );
      expect(shown).toBe(`https://receiver.example/hook?first=1${and}v=${REDACTED}${and}last=2`);
    }),
  );
});

it('a query without a credential stays as it is', () => {
  const short = fc.stringMatching(new RegExp(`^${TOKEN_CHARACTERS}{0,19}$`));
  const ofLetters = fc.stringMatching(/^[A-Za-z_.~:+/,@!-]{20,40}$/);
  const ofDigits = fc.stringMatching(/^[\d_.~:+/,@!-]{20,40}$/);
  const value = fc
    .array(fc.oneof(short, ofLetters, ofDigits), { minLength: 1, maxLength: 4 })
    // Signs that no token has: what is on both sides of one is not of one piece.
    .chain((pieces) => fc.constantFrom('(', '*', '$', '|', '[').map((between) => pieces.join(between)));
  const name = fc.constantFrom('page', 'team', 'monkey', 'author', 'v');
  const part = fc.tuple(name, value).map(([before, after]) => `${before}=${after}`);
  fc.assert(
    fc.property(fc.array(part, { minLength: 1, maxLength: 5 }), fc.constantFrom('&', ';'), (parts, and) => {
      const url = `https://receiver.example/hook?${parts.join(and)}`;
      expect(webhook(url)).toBe(url);
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
  expect(parts).toMatchObject({
    url: `https://example.com/?key=${REDACTED}`,
    headers: { 'x-team': REDACTED },
  });
  expect(recordedOf(endpoint)).toBe(parts);
  expect(recordedOf({ ...endpoint, url: 'https://example.com/' }).url).toBe('https://example.com/');
});
