import { expect, it } from 'vitest';
import { NO_PHASES } from '../connection-phases.ts';
import type { Exchange } from '../exchange.ts';
import { type ChatAddress, slackAddress, telegramAddress } from './chat-address.ts';
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
  { credentials }: ChatAddress,
  answer: { headers?: Record<string, string>; body: string; isCut?: boolean },
) {
  const { headers = {}, body, isCut = false } = answer;
  const { outcome } = withoutCredentials(
    exchanged({ kind: 'response', status: 301, headers, body: Buffer.from(body), bodyTruncated: isCut }),
    credentials,
  ) as { outcome: Extract<Exchange['outcome'], { kind: 'response' }> };
  return { headers: outcome.headers, body: Buffer.from(outcome.body).toString() };
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
