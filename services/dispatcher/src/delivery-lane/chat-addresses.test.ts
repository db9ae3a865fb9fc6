import { randomBytes } from 'node:crypto';
import type { Endpoint } from '@herald/domain/endpoint';
import { createSealing } from '@herald/registry/sealing';
import { expect, test } from 'vitest';
import { endpointOf } from '../../test-support/fakes.ts';
import { createChatAddresses } from './chat-addresses.ts';

const sealing = createSealing(`k1:${randomBytes(32).toString('base64')}`);
const OWN = '1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA';
const INSTALLATION = '2:BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBB';
const SLACK_URL = 'https://hooks.slack.com/services/T1/B1/CCCCCCCCCCCCCCCCCCCCCCCC';

function addressOf(given: Partial<Endpoint>, botToken: string | undefined = INSTALLATION) {
  const of = createChatAddresses(sealing, { apiUrl: 'https://api.telegram.org', botToken });
  const found = of({ endpoint: endpointOf(given), revision: 1 });
  return found.kind === 'address' ? found.address.url : found.detail;
}

const seal = (credential: string, id = 'ep1') => sealing.seal(credential, { id, accountId: 'acme' });
const telegram = (sealedToken?: Uint8Array): Partial<Endpoint> => ({
  kind: 'telegram',
  telegram: { chatId: '1', sealedToken },
});

test('a chat is written to by the bot of its endpoint, or else by that of the installation', () => {
  expect(addressOf(telegram(seal(OWN)))).toBe(`https://api.telegram.org/bot${OWN}/sendMessage`);
  expect(addressOf(telegram())).toBe(`https://api.telegram.org/bot${INSTALLATION}/sendMessage`);
  const slack = { sealedUrl: seal(SLACK_URL) };
  expect(addressOf({ kind: 'slack', slack })).toBe(SLACK_URL);
});

test('nothing is sent by another bot than the one that was asked for', () => {
  expect(addressOf(telegram(seal(OWN, 'ep2')))).toMatch(/bot token: does not open with key k1/);
  const none = createChatAddresses(sealing, { apiUrl: 'https://api.telegram.org', botToken: undefined });
  const found = none({ endpoint: endpointOf(telegram()), revision: 1 });
  expect(found).toMatchObject({
    kind: 'unreadable',
    detail: expect.stringContaining('HERALD_TELEGRAM_BOT_TOKEN'),
  });
});
