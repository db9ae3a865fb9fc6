import { expect, it } from 'vitest';
import { checkDestination } from './check-destination.ts';
import type { Resolution } from './resolver.ts';
import { policyFor } from './testing/local.ts';
import { startReceiver } from './testing/receivers.ts';

const at = (...addresses: string[]): Resolution => ({
  kind: 'resolved',
  addresses: addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
});

const NAMES: Readonly<Record<string, Resolution>> = {
  'inside.example': at('10.0.0.1'),
  'mixed.example': at('203.0.113.9', '169.254.169.254'),
  'mapped.example': at('::ffff:127.0.0.1'),
};

/** Nothing but 192.0.2.0/24 is allowed beside public addresses, so that no socket is ever opened. */
const check = (url: string) =>
  checkDestination(url, {
    policy: policyFor('192.0.2.0/24'),
    resolver: async (name) => NAMES[name] ?? { kind: 'failed', message: `${name} has no address` },
    ca: [],
    timeoutMs: 1,
  });

it.each([
  ['not a url', 'url', 'malformed'],
  ['ftp://inside.example/', 'url', 'scheme'],
  ['https://user:pass@inside.example/', 'url', 'userinfo'],
  ['https://nowhere.example/', 'dns', 'dns'],
  ['https://127.0.0.1/', 'address', 'blocked_address'],
  ['https://[::1]/', 'address', 'blocked_address'],
  ['https://2130706433/', 'address', 'blocked_address'],
  ['https://inside.example/', 'address', 'blocked_address'],
  ['https://mixed.example/', 'address', 'blocked_address'],
  ['https://mapped.example/', 'address', 'blocked_address'],
])('%s ends at the stage %s, before a socket is opened', async (url, stage, error) => {
  const { failed } = await check(url);
  expect(failed).toMatchObject({ stage, error, message: expect.stringMatching(/./) });
});

it('what passes the guard is connected to, and nowhere else', async () => {
  const server = await startReceiver({});
  const { port } = server;
  const checked = await checkDestination(`http://elsewhere.example:${port}/hook`, {
    policy: policyFor(),
    resolver: async () => at('127.0.0.1'),
    ca: [],
    timeoutMs: 10_000,
  });
  expect(checked).toMatchObject({ failed: undefined, isTls: false, connectMs: expect.any(Number) });
  expect(server.accepted).toBe(1);
  await server.close();
});
