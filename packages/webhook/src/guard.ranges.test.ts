import { createHook } from 'node:async_hooks';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Resolver } from './resolver.ts';
import { localSender, policyFor, requestTo } from './testing/local.ts';
import { type Receiver, response, startReceiver } from './testing/receivers.ts';
import { SPECIAL_RANGES } from './testing/special-ranges.ts';

/** Attempts to connect by TCP, of this whole process: Node makes one such resource for each call of connect(2). */
let connects = 0;
const hook = createHook({
  init(_, type) {
    if (type === 'TCPCONNECTWRAP') connects += 1;
  },
});

let server: Receiver;

beforeAll(async () => {
  server = await startReceiver({ onRequest: (socket) => socket.write(response(200)) });
  hook.enable();
});
beforeEach(() => {
  connects = 0;
});
afterAll(async () => {
  hook.disable();
  await server.close();
});

const PUBLIC_ADDRESS = '9.9.9.9';

function resolvingTo(...addresses: string[]): Resolver {
  return async () => ({
    kind: 'resolved',
    addresses: addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
  });
}

async function outcomeOf(url: string, resolver: Resolver, policy = policyFor('')) {
  const sender = localSender({ policy, resolver });
  const { outcome, remoteAddress } = await sender.send(requestTo(url, { timeoutMs: 2_000 }));
  sender.close();
  return { outcome, remoteAddress };
}

const BLOCKED = { outcome: { kind: 'error', error: 'blocked_address' }, remoteAddress: undefined };

it('a connection that is made is seen by this test', async () => {
  const { outcome } = await outcomeOf(
    `http://receiver.example:${server.port}/`,
    resolvingTo('127.0.0.1'),
    policyFor('127.0.0.0/8'),
  );
  expect([outcome, connects]).toMatchObject([{ status: 200 }, 1]);
});

describe.each(SPECIAL_RANGES)('%s (%s to %s)', (_, first, last) => {
  const addresses = [...new Set([first, last])];

  it('no socket is opened to a name that resolves into it', async () => {
    for (const address of addresses) {
      expect(await outcomeOf('https://victim.example/', resolvingTo(address))).toMatchObject(BLOCKED);
    }
    expect(connects).toBe(0);
  });

  it('nor where a public address stands before or behind', async () => {
    for (const address of addresses) {
      for (const answer of [
        [PUBLIC_ADDRESS, address],
        [address, PUBLIC_ADDRESS],
      ]) {
        expect(await outcomeOf('https://victim.example/', resolvingTo(...answer))).toMatchObject(BLOCKED);
      }
    }
    expect(connects).toBe(0);
  });

  it('nor where the URL names it', async () => {
    for (const address of addresses) {
      const host = address.includes(':') ? `[${address}]` : address;
      expect(await outcomeOf(`https://${host}/`, resolvingTo(PUBLIC_ADDRESS))).toMatchObject(BLOCKED);
    }
    expect(connects).toBe(0);
  });

  it('nor where it is harmless when the endpoint is configured, and not any more when it is connected to', async () => {
    const rebinding: Resolver[] = addresses.map((address) => {
      let asked = 0;
      return (hostname) => resolvingTo(asked++ === 0 ? PUBLIC_ADDRESS : address)(hostname);
    });
    for (const resolver of rebinding) {
      await resolver('victim.example');
      expect(await outcomeOf('https://victim.example/', resolver)).toMatchObject(BLOCKED);
    }
    expect(connects).toBe(0);
  });
});

it.each([
  'https://2130706433/',
  'https://0x7f000001/',
  'https://0x7f.1/',
  'https://0177.0.0.1/',
  'https://127.1/',
  'https://127.0.0.1./',
  'https://localhost./',
  'https://[::ffff:127.0.0.1]/',
  'https://[::ffff:7f00:1]/',
  'https://[::127.0.0.1]/',
  'https://[64:ff9b::7f00:1]/',
  'https://[2002:7f00:1::]/',
  'https://[2001:0:7f00:1::]/',
  'https://user@9.9.9.9/',
  'https://9.9.9.9:22/',
  'https://9.9.9.9:6379/',
  'http://9.9.9.9/',
  'https://①②⑦.⓪.⓪.①/',
])('%s opens no socket', async (url) => {
  expect(await outcomeOf(url, resolvingTo('127.0.0.1'))).toMatchObject(BLOCKED);
  expect(connects).toBe(0);
});
