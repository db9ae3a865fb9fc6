import { expect, it } from 'vitest';
import { NO_PHASES } from '../connection-phases.ts';
import type { Exchange } from '../exchange.ts';
import { createSender } from '../sender.ts';
import { policyFor } from '../testing/local.ts';
import { slackAddress, telegramAddress, withoutCredentials } from './chat-address.ts';

const KEY = 'AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw';
const TOKEN = `110201543:${KEY}`;
const SLACK = 'https://hooks.slack.com/services/T00000001/B00000001/XXXXXXXXXXXXXXXXXXXXXXXX';

function exchanged(outcome: Exchange['outcome']): Exchange {
  const timing = { startedAtMs: 0, durationMs: 1, firstByteMs: 1, phases: NO_PHASES };
  return { outcome, ...timing, remoteAddress: '127.0.0.1' };
}

it.each([
  [telegramAddress('https://api.telegram.org', TOKEN), 'https://api.telegram.org/bot[redacted]/sendMessage'],
  [telegramAddress('https://a.example/tg', TOKEN), 'https://a.example/tg/bot[redacted]/sendMessage'],
  [slackAddress(SLACK), 'https://hooks.slack.com/[redacted]'],
])('an address goes on record without what lets one write: %#', (address, recordedUrl) => {
  expect(address.recordedUrl).toBe(recordedUrl);
  expect(address.url).toMatch(/^https:.*(110201543:AAH|\/X{24}$)/);
});

it.each([
  [telegramAddress('https://api.telegram.org', TOKEN), KEY],
  [slackAddress(SLACK), 'X'.repeat(24)],
])('an answer that repeats the address goes on record without it: %#', (address, credential) => {
  const escaped = encodeURIComponent(address.url);
  const kept = withoutCredentials(
    exchanged({
      kind: 'response',
      status: 301,
      headers: { location: address.url, 'x-path': new URL(address.url).pathname },
      body: Buffer.from(`<a href="${address.url}">é ${escaped}</a>`),
      bodyTruncated: false,
    }),
    address.credentials,
  );
  const { outcome } = kept as { outcome: Extract<Exchange['outcome'], { kind: 'response' }> };
  const text = Buffer.from(outcome.body).toString();
  expect(text).toContain('é');
  expect(`${text} ${JSON.stringify(outcome.headers)}`).not.toContain(credential);
  expect(outcome.headers.location).toContain('[redacted]');
});

it('the Bot API of the setting is asked only where any endpoint may be', async () => {
  const sender = createSender({ policy: policyFor('') });
  const { url } = telegramAddress('https://169.254.169.254', TOKEN);
  const { outcome } = await sender.send({ url, headers: {}, body: Buffer.from('{}'), timeoutMs: 1_000 });
  sender.close();
  expect(outcome).toMatchObject({ kind: 'error', error: 'blocked_address' });
  expect(JSON.stringify(outcome)).not.toContain(KEY);
});

it('an error that repeats the address does, too; what a short path has in it stays readable', () => {
  const error = { kind: 'error', error: 'protocol', message: `bad answer of ${SLACK}` } as const;
  const { outcome } = withoutCredentials(exchanged(error), slackAddress(SLACK).credentials);
  expect(outcome).toMatchObject({ message: 'bad answer of https://hooks.slack.com[redacted]' });
  expect(slackAddress('https://chat.example/a').credentials).toEqual([]);
});
