import { expect, it } from 'vitest';
import { createSender } from '../sender.ts';
import { policyFor } from '../testing/local.ts';
import { slackAddress, telegramAddress } from './chat-address.ts';

const KEY = 'AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw';
const TOKEN = `110201543:${KEY}`;
const SLACK = 'https://hooks.slack.com/services/T00000001/B00000001/XXXXXXXXXXXXXXXXXXXXXXXX';

it.each([
  [telegramAddress('https://api.telegram.org', TOKEN), 'https://api.telegram.org/bot[redacted]/sendMessage'],
  [telegramAddress('https://a.example/tg', TOKEN), 'https://a.example/tg/bot[redacted]/sendMessage'],
  [slackAddress(SLACK), 'https://hooks.slack.com/[redacted]'],
])('an address goes on record without what lets one write: %#', (address, recordedUrl) => {
  expect(address.recordedUrl).toBe(recordedUrl);
  expect(address.url).toMatch(/^https:.*(110201543:AAH|\/X{24}$)/);
});

it('a short path is no credential: what has it in it stays readable', () => {
  expect(slackAddress('https://chat.example/a').credentials).toEqual([]);
});

it('the Bot API of the setting is asked only where any endpoint may be', async () => {
  const sender = createSender({ policy: policyFor('') });
  const { url } = telegramAddress('https://169.254.169.254', TOKEN);
  const { outcome } = await sender.send({ url, headers: {}, body: Buffer.from('{}'), timeoutMs: 1_000 });
  sender.close();
  expect(outcome).toMatchObject({ kind: 'error', error: 'blocked_address' });
  expect(JSON.stringify(outcome)).not.toContain(KEY);
});
