import { expect, it } from 'vitest';
import { MAX_KEPT_BODY_BYTES } from './bounded-body.ts';
import { type ChatAddress, slackAddress, telegramAddress } from './chat/chat-address.ts';
import { NO_PHASES } from './connection-phases.ts';
import type { Exchange } from './exchange.ts';
import { createRedaction, REDACTED, redactedUrl } from './redaction.ts';
import { withoutCredentials } from './without-credentials.ts';

const KEY = 'AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw';
const TOKEN = `110201543:${KEY}`;
const SECRET = 'Xx+Yy12345=Zz67890AbCdEf';
const SLACK = `https://hooks.slack.com/services/T00000001/B00000001/${KEY}`;

function exchanged(outcome: Exchange['outcome']): Exchange {
  const timing = { startedAtMs: 0, durationMs: 1, firstByteMs: 1, phases: NO_PHASES };
  return { outcome, ...timing, remoteAddress: '127.0.0.1' };
}

function kept(
  { credentials }: Pick<ChatAddress, 'credentials'>,
  answer: { headers?: Record<string, string>; body: string; isCut?: boolean },
) {
  const { headers = {}, body, isCut = false } = answer;
  const { outcome } = withoutCredentials(
    exchanged({ kind: 'response', status: 301, headers, body: Buffer.from(body), bodyTruncated: isCut }),
    credentials,
  ) as { outcome: Extract<Exchange['outcome'], { kind: 'response' }> };
  return { ...outcome, body: Buffer.from(outcome.body).toString() };
}

it.each([
  [telegramAddress('https://api.telegram.org', TOKEN), KEY],
  [slackAddress(SLACK), KEY],
  [slackAddress(`${SLACK}/`), KEY],
  [slackAddress(`https://chat.example/hook?v=1&key=${SECRET}`), SECRET],
  [slackAddress(`https://chat.example/hook?${SECRET}`), SECRET],
])(
  'no way of repeating an address or its credential lets it into an answer on record: %#',
  (address, secret) => {
    const { pathname, search, href } = new URL(address.url);
    const encoded = encodeURIComponent(secret);
    for (const text of [
      href,
      pathname + search,
      href.replaceAll('/', '\\/'),
      encodeURIComponent(href),
      JSON.stringify({ credential: secret }),
      secret,
      encoded,
      encoded.replaceAll(/%../g, (byte) => byte.toLowerCase()),
    ]) {
      const { headers, body } = kept(address, { headers: { location: text }, body: `é <${text}> é` });
      expect(headers.location).toContain('[redacted]');
      expect(body).toMatch(/^é <.*\[redacted\].*> é$/);
      for (const each of [secret, encoded]) {
        expect(`${body} ${headers.location}`.toLowerCase()).not.toContain(each.toLowerCase());
      }
    }
  },
);

it.each([4, 12, 23])('a credential whose end was cut off, after %i characters, does not stay', (chars) => {
  for (const [address, before, secret] of [
    [telegramAddress('https://api.telegram.org', TOKEN), 'x /bot', TOKEN],
    [slackAddress(`${SLACK}/`), 'x hooks.slack.com\\/services\\/T00000001\\/B00000001\\/', KEY],
    [slackAddress(`https://chat.example/hook?key=${SECRET}`), 'x key=', SECRET],
  ] as const) {
    const beginning = secret.slice(0, chars);
    const { body } = kept(address, { body: before + beginning, isCut: true });
    expect(body).toMatch(/\[redacted\]$/);
    expect(body).not.toContain(beginning);
    expect(kept(address, { body: before + beginning }).body).toContain(beginning);
  }
});

it('an answer without a credential stays as it is, also where it was cut', () => {
  const body = 'The services of hooks.slack.com are away, and so are webhooks';
  for (const isCut of [true, false]) expect(kept(slackAddress(SLACK), { body, isCut }).body).toBe(body);
});

it('an error that repeats the address does not, either', () => {
  const error = { kind: 'error', error: 'protocol', message: `bad answer of ${SLACK}` } as const;
  const { outcome } = withoutCredentials(exchanged(error), slackAddress(SLACK).credentials);
  expect(outcome).toMatchObject({ message: 'bad answer of https://hooks.slack.com[redacted]' });
});

/** What is on record of an endpoint with this URL. */
const webhookAt = (url: string) => createRedaction()({ kind: 'webhook', url, headers: {} });
const BASE64 = 'c2VjcmV0IG9m/GEgd2Vi+aG9vayBz1abc2==';

it.each([
  [`https://receiver.example/hooks/${KEY}/catch?page=2`, KEY],
  [`https://receiver.example/hook?u=${KEY}&page=2`, KEY],
  [`https://receiver.example/hook?${KEY}`, KEY],
  [`https://receiver.example/hook?a=1;t=${BASE64}`, BASE64],
  [`https://receiver.example/hook?t=${encodeURIComponent(BASE64)}`, BASE64],
  ['https://receiver.example/hook?api_key=s3cr3t-é-s3cr3t', 's3cr3t-é-s3cr3t'],
  ['https://receiver.example/hook?page=2&password=horse+b%22c%2fd', 'horse b"c/d'],
])('what is taken out of the URL of a webhook comes back in no answer on record: %s', (url, secret) => {
  const { href, pathname, search } = new URL(url);
  const encoded = encodeURIComponent(secret);
  const inJson = JSON.stringify({ secret });
  for (const text of [
    href,
    `${pathname}/${search}`,
    `<${href}>; rel="canonical"`,
    `0; url=${href}`,
    secret,
    inJson,
    inJson.replaceAll('/', '\\/'),
    encoded,
    encoded.replaceAll(/%../g, (byte) => byte.toLowerCase()),
    new URLSearchParams({ secret }).toString(),
    encodeURIComponent(href),
  ]) {
    // As undici gives header fields: a character a byte.
    const location = Buffer.from(text).toString('latin1');
    const { headers, body } = kept(webhookAt(url), { headers: { location }, body: text });
    for (const said of [headers.location, body]) {
      expect(said).toContain(REDACTED);
      for (const part of [secret, encoded, JSON.stringify(secret).slice(1, -1)]) {
        expect(said?.toLowerCase()).not.toContain(part.toLowerCase());
      }
    }
  }
});

it('a redirect of a webhook goes on record as its URL does', () => {
  for (const url of [
    `https://receiver.example/hooks/${KEY}/catch?page=2&token=${SECRET};v=1`,
    `https://receiver.example/hook?a=1;t=${BASE64}`,
  ]) {
    const { headers } = kept(webhookAt(url), { headers: { location: url }, body: '' });
    expect(headers.location).toBe(redactedUrl({ kind: 'webhook', url }));
  }
});

it('a short credential is told by the name before it, and what else is like it stays', () => {
  const { headers, body } = kept(webhookAt('https://receiver.example/hook?pin=1234&v=2'), {
    headers: { location: '/hook/?pin=1234&v=2' },
    body: 'Publication 1234 of 12345',
  });
  expect(headers.location).toBe('/hook/?[redacted]&v=2');
  expect(body).toBe('Publication 1234 of 12345');
});

it('what a webhook without a credential in its URL answers stays byte for byte', () => {
  const { credentials } = webhookAt('https://receiver.example/hooks/social?page=2');
  const outcome = {
    kind: 'response',
    status: 301,
    headers: { location: `/?token=${KEY}` },
    body: Buffer.from([0, 0xff, 0xfe, 0x80, 0x41]),
    bodyTruncated: true,
  } as const;
  const exchange = exchanged(outcome);
  expect(withoutCredentials(exchange, credentials)).toBe(exchange);
});

it('a body is no longer for what stands in place of a credential', () => {
  const body = 'pin=1 '.repeat(MAX_KEPT_BODY_BYTES / 6).slice(0, MAX_KEPT_BODY_BYTES);
  const answer = kept(webhookAt('https://receiver.example/?pin=1'), { body });
  expect(answer.body).toHaveLength(MAX_KEPT_BODY_BYTES);
  expect(answer.body).not.toContain('pin');
  expect(answer.bodyTruncated).toBe(true);
});
